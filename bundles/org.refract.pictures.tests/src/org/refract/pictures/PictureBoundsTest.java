package org.refract.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;

/** What small files say of themselves costs no memory. */
class PictureBoundsTest {
    private static final int HUGE = 20_000;

    @TempDir
    Path folder;

    private static String sentence(Executable reading) {
        String message = assertThrows(RefractException.class, reading).getMessage();
        assertTrue(message.endsWith("."), message);
        return message;
    }

    private static byte[] chunk(String type, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(12 + content.length).putInt(content.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
        CRC32 sum = new CRC32();
        sum.update(chunk.array(), 4, 4 + content.length);
        return chunk.putInt((int) sum.getValue()).array();
    }

    /** A grey PNG, black as far as it goes. */
    private Path png(int width, int height, byte[]... chunks) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        png.write(chunk("IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).array()));
        for (byte[] chunk : chunks) {
            png.write(chunk);
        }
        png.write(chunk("IDAT", packed("", 1 << 20)));
        png.write(chunk("IEND", new byte[0]));
        return Files.write(folder.resolve("a.png"), png.toByteArray());
    }

    private static byte[] packed(String before, int zeros) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write(before.getBytes(StandardCharsets.ISO_8859_1));
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed, new Deflater(Deflater.BEST_COMPRESSION))) {
            byte[] some = new byte[1 << 16];
            for (int i = 0; i < zeros; i += some.length) {
                out.write(some);
            }
        }
        return packed.toByteArray();
    }

    private Path webp(String part, int length, byte... content) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(20 + content.length).order(ByteOrder.LITTLE_ENDIAN).put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(12 + content.length).put(("WEBP" + part).getBytes(StandardCharsets.US_ASCII)).putInt(length).put(content);
        return Files.write(folder.resolve("a.webp"), file.array());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7FFFFFF0, -5, 1000})
    void aPartOfAWebpThatIsLongerThanTheFileIsASentence(int length) throws IOException {
        for (String part : new String[] {"EXIF", "ICCP", "VP8L", "VP8X"}) {
            Path file = webp(part, length, new byte[12]);
            assertTrue(sentence(() -> PictureFile.text(file)).contains("damaged"));
            assertTrue(sentence(() -> Photo.read(file)).contains("damaged"));
            assertTrue(sentence(() -> Mask.read(file)).contains("damaged"));
            assertTrue(sentence(() -> Photo.size(file)).contains("damaged"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "bmp", "gif", "tiff", "webp"})
    void howManyPixelsThereAreIsLookedAtBeforeTheyAreDecoded(String format) throws IOException {
        Path file = switch (format) {
            case "png" -> png(HUGE, HUGE);
            case "webp" -> webp("VP8L", 12, (byte) 0x2F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x0F, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0,
                    (byte) 0);
            default -> resized(format);
        };
        assertTrue(sentence(() -> Photo.read(file)).contains("too many to read"), sentence(() -> Photo.read(file)));
        assertTrue(sentence(() -> Mask.read(file)).contains("too many to read"));
    }

    /** A small picture whose head says that it is a huge one. */
    private Path resized(String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(new BufferedImage(77, 77, BufferedImage.TYPE_BYTE_GRAY), format, bytes));
        ByteBuffer file = ByteBuffer.wrap(bytes.toByteArray());
        for (int i = 4; i + 1 < file.limit(); i++) {
            boolean little = file.get(i) == 77 && file.get(i + 1) == 0;
            boolean big = (format.equals("jpg") || format.equals("tiff")) && file.get(i) == 0 && file.get(i + 1) == 77;
            if (little || big) {
                file.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN).putShort(i, (short) HUGE);
            }
        }
        return Files.write(folder.resolve("a." + format), file.array());
    }

    @Test
    void aPictureOfOneColourMayBeLargeButNotBeyondMeasure() throws IOException, RefractException {
        assertTrue(sentence(() -> Photo.read(png(8000, 8000))).contains("for so little"));
        assertEquals(3000, Mask.read(whole(3000)).image().getWidth());
    }

    private Path whole(int size) throws IOException {
        ImageIO.write(new BufferedImage(size, size, BufferedImage.TYPE_BYTE_BINARY), "png", folder.resolve("whole.png").toFile());
        return folder.resolve("whole.png");
    }

    @ParameterizedTest
    @CsvSource({"zTXt,parameters", "zTXt,prompt", "zTXt,refract"})
    void aTextThatUnpacksToFarMoreThanItsFileIsASentence(String type, String keyword) throws IOException {
        Path file = png(4, 4, chunk(type, packed(keyword + "\0\0", 8 << 20)));
        assertTrue(sentence(() -> PictureFile.text(file)).contains("unpack"));
    }

    @Test
    void textsAndProfilesThatNobodyAskedForAreLeftAlone() throws IOException, RefractException {
        byte[][] bombs = {chunk("iCCP", packed("icc\0\0", 8 << 20)), chunk("zTXt", packed("Comment\0\0", 8 << 20)), chunk("iTXt", packed("Title\0\1\0\0\0", 8 << 20)),
            chunk("tEXt", new byte[] {'x'}), chunk("eXIf", new byte[] {'M', 'M', 0, 42, 0x7F, 0, 0, 0})};
        Path file = png(4, 4, bombs);
        assertEquals(4, Photo.read(file).image().getWidth());
        assertTrue(PictureFile.text(file).parameters().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.webp"})
    void bytesAfterThePictureAreNoPartOfIt(String name) throws IOException, RefractException {
        Path file = folder.resolve(name);
        Files.write(file, PictureFile.bytes(file, PictureFileTest.image(20, 20), PictureText.of("a cat", "{}")));
        byte[] whole = Files.readAllBytes(file);
        byte[] longer = ByteBuffer.allocate(whole.length + 40).put(whole).put("\nsaved again by a careless program\0\0\0".getBytes(StandardCharsets.US_ASCII)).array();
        Files.write(file, longer);
        assertEquals(PictureText.of("a cat", "{}"), PictureFile.text(file));
        assertEquals(20, Photo.read(file).image().getWidth());
    }
}

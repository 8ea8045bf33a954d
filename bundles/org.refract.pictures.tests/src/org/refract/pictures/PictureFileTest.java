package org.refract.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.w3c.dom.Node;

class PictureFileTest {
    private static final String SNOWMAN = "ein \u201eHerz\u201c \u2764\ufe0f, \u96ea\nNegative prompt: \ud83d\ude00\nSteps: 4, Sampler: Euler a, CFG scale: 1";

    @TempDir
    Path folder;

    static BufferedImage image(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(7);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, i / width * 0x020100 + random.nextInt(8));
        }
        return image;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.jpeg", "a.webp"})
    void everyFormatSaysHowItWasDrawnInAnyScript(String name) throws IOException, RefractException {
        Path file = folder.resolve(name);
        PictureText text = PictureText.of(SNOWMAN, "{\"prompt\":\"\u96ea\"}");
        Files.write(file, PictureFile.bytes(file, image(33, 21), text));
        assertEquals(text, PictureFile.text(file));
        assertTrue(PictureFile.isPicture(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.webp"})
    void aFileCanSayNothing(String name) throws IOException, RefractException {
        Path file = folder.resolve(name);
        Files.write(file, PictureFile.bytes(file, image(8, 8), PictureText.NONE));
        assertTrue(PictureFile.text(file).isEmpty());
    }

    @Test
    void otherReadersFindTheTextOfAPng() throws RefractException, IOException {
        Path file = folder.resolve("a.png");
        Files.write(file, PictureFile.bytes(file, image(9, 9), PictureText.of("red heart\nSteps: 4", "{}")));
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(stream);
            Node texts = reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0").getFirstChild();
            while (!texts.getNodeName().equals("tEXt")) {
                texts = texts.getNextSibling();
            }
            assertEquals("parameters", texts.getFirstChild().getAttributes().getNamedItem("keyword").getNodeValue());
            assertEquals("red heart\nSteps: 4", texts.getFirstChild().getAttributes().getNamedItem("value").getNodeValue());
        } finally {
            reader.dispose();
        }
    }

    @Test
    void thePixelsOfAPngAreThoseThatWereDrawn() throws RefractException, IOException {
        Path file = folder.resolve("a.png");
        BufferedImage drawn = image(40, 30);
        Files.write(file, PictureFile.bytes(file, drawn, PictureText.of(SNOWMAN, "{}")));
        BufferedImage read = ImageIO.read(file.toFile());
        assertEquals(0, Arrays.compare(drawn.getRGB(0, 0, 40, 30, null, 0, 40), read.getRGB(0, 0, 40, 30, null, 0, 40)));
    }

    /** Letters of one, two, three and four bytes in UTF-8. */
    private static String text(int letters, int seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < letters; i++) {
            text.appendCodePoint(new int[] {'a' + i % 26, 0xE4, 0x96EA, 0x1F600}[random.nextInt(4)]);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.webp"})
    void textsOfAnyLengthAreKept(String name) throws RefractException, IOException {
        Path file = folder.resolve(name);
        for (int[] letters : new int[][] {{10, 200_000}, {200_000, 10}, {80_000, 80_000}, {10, 26_000}, {0, 70_000}}) {
            PictureText text = PictureText.of(text(letters[0], 1), text(letters[1], 2));
            Files.write(file, PictureFile.bytes(file, image(16, 16), text));
            PictureText read = PictureFile.text(file);
            assertEquals(text.record(), read.record());
            assertEquals(text.parameters().filter(p -> !p.isEmpty()), read.parameters().filter(p -> !p.isEmpty()));
            assertEquals(16, Photo.read(file).image().getWidth());
            assertTrue(PictureFile.isPicture(file));
        }
    }

    @Test
    void otherProgramsFindTheParametersOfAJpegWithALongRecord() throws RefractException, IOException {
        Path file = folder.resolve("a.jpg");
        Files.write(file, PictureFile.bytes(file, image(16, 16), PictureText.of("red heart", "x".repeat(70_000))));
        assertEquals(new PictureText(Optional.of("red heart"), Optional.empty(), Optional.empty(), Map.of()), Exif.read(JpegFile.exif(Files.readAllBytes(file))).text());
        assertEquals(16, ImageIO.read(file.toFile()).getWidth());
    }

    @Test
    void aJpegThatLostAPartOfItsRecordIsASentence() throws RefractException, IOException {
        Path file = folder.resolve("a.jpg");
        Files.write(file, PictureFile.bytes(file, image(16, 16), PictureText.of("red heart", "x".repeat(200_000))));
        byte[] whole = Files.readAllBytes(file);
        String bytes = new String(whole, StandardCharsets.ISO_8859_1);
        int second = bytes.indexOf("Refract\0R\0\2");
        whole[second + 8] = 'Q';
        Files.write(file, whole);
        assertTrue(assertThrows(RefractException.class, () -> PictureFile.text(file)).getMessage().contains("damaged"));
    }

    @Test
    void lowerQualityMakesAJpegSmaller() throws RefractException, IOException {
        Files.write(folder.resolve("a.jpg"), PictureFile.bytes(folder.resolve("a.jpg"), image(64, 64), PictureText.NONE, 95));
        Files.write(folder.resolve("b.jpg"), PictureFile.bytes(folder.resolve("b.jpg"), image(64, 64), PictureText.NONE, 20));
        assertTrue(Files.size(folder.resolve("b.jpg")) < Files.size(folder.resolve("a.jpg")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.webp"})
    void aFileThatEndsInTheMiddleIsASentenceOrSaysNothing(String name) throws RefractException, IOException {
        Path file = folder.resolve(name);
        Files.write(file, PictureFile.bytes(file, image(20, 20), PictureText.of(SNOWMAN, "{}")));
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length));
            if (damaged.length > 12 && i % 2 == 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            try {
                PictureFile.text(file);
            } catch (RefractException sentence) {
                assertTrue(sentence.getMessage().endsWith("."));
            }
        }
    }

    @Test
    void exifOfEitherByteOrderIsRead() {
        byte[] little = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0};
        byte[] big = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0};
        assertEquals(6, Exif.read(Optional.of(little)).orientation().orElseThrow());
        assertEquals(8, Exif.read(Optional.of(big)).orientation().orElseThrow());
    }

    /** A folder of texts, each longer than fits its entry. */
    private static byte[] texts(Map<Integer, String> texts) {
        ByteBuffer exif = ByteBuffer.allocate(4096).put("MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8).putShort((short) texts.size());
        int at = 8 + 2 + 12 * texts.size() + 4;
        for (Map.Entry<Integer, String> text : texts.entrySet()) {
            byte[] bytes = (text.getValue() + "\0").getBytes(StandardCharsets.UTF_8);
            exif.putShort(text.getKey().shortValue()).putShort((short) 2).putInt(bytes.length).putInt(at).put(at, bytes);
            at += bytes.length;
        }
        return Arrays.copyOf(exif.array(), at);
    }

    @Test
    void exifHoldsTextsOfOtherToolsInManyPlaces() {
        PictureText comfy = Exif.read(Optional.of(texts(Map.of(0x010F, "Workflow:{\"nodes\": []}", 0x0110, "Prompt:{\"3\": 1}")))).text();
        assertEquals(Optional.of("{\"3\": 1}"), comfy.graph());
        assertEquals("Workflow:{\"nodes\": []}", comfy.further().get("Make"));
        PictureText fooocus = Exif.read(Optional.of(texts(Map.of(0x9286, "{\"prompt\": \"a\"}", 0x927C, "fooocus")))).text();
        assertEquals(Optional.of("{\"prompt\": \"a\"}"), fooocus.parameters());
        assertEquals("fooocus", fooocus.further().get("MakerNote"));
        assertEquals(Optional.empty(), fooocus.record());
        assertEquals(Optional.empty(), Exif.read(Optional.of(texts(Map.of(0x010F, "a maker of cameras")))).text().graph());
    }

    @Test
    void aWebpHasTheSizeInItsHeader() throws IOException {
        byte[] bytes = WebpFile.bytes(image(33, 21), PictureText.of("a", "{}"));
        byte[] head = new ByteArrayInputStream(bytes).readNBytes(30);
        assertEquals("RIFF", new String(head, 0, 4, StandardCharsets.US_ASCII));
        assertEquals("WEBPVP8X", new String(head, 8, 8, StandardCharsets.US_ASCII));
        assertEquals(32, head[24]);
        assertEquals(20, head[27]);
    }
}

package org.refract.cli.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** JPEG with EXIF data in its first segment and {@link LongText long texts} after it. */
final class JpegFile {
    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
    private static final int APP1 = 0xE1;
    private static final int START_OF_SCAN = 0xDA;
    private static final int END = 0xD9;
    /** What the two bytes of a segment's length can say, themselves included. */
    private static final int LONGEST_SEGMENT = 65_533;

    private JpegFile() {
    }

    static boolean isOne(byte[] bytes) {
        return bytes.length >= 3 && (bytes[0] & 0xFF) == 0xFF && (bytes[1] & 0xFF) == 0xD8 && (bytes[2] & 0xFF) == 0xFF;
    }

    /** The file; what does not fit a segment's 64 KiB stands in several of this product's own. */
    static byte[] bytes(BufferedImage image, PictureText text, int quality) {
        try (ByteArrayOutputStream whole = new ByteArrayOutputStream()) {
            byte[] jpeg = compressed(image, quality);
            whole.write(jpeg, 0, 2);
            PictureText inExif = fitting(text);
            if (!inExif.isEmpty()) {
                whole.write(segment(APP1, EXIF, Exif.bytes(inExif)));
            }
            for (byte[] part : LongText.parts(text.without(inExif))) {
                whole.write(segment(LongText.MARKER, LongText.NAME, part));
            }
            whole.write(jpeg, 2, jpeg.length - 2);
            return whole.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("a picture in memory could not be written", e);
        }
    }

    /** Whether the end is marked after the beginning of the pixels; among them, 0xFF is never followed by that marker. */
    static boolean isWhole(byte[] jpeg) {
        for (int i = endOfSegments(jpeg); i + 1 < jpeg.length; i++) {
            if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == END) {
                return true;
            }
        }
        return false;
    }

    private static int endOfSegments(byte[] jpeg) {
        int at = 2;
        while (at + 4 <= jpeg.length && (jpeg[at] & 0xFF) == 0xFF && (jpeg[at + 1] & 0xFF) != START_OF_SCAN) {
            at += 2 + Math.max(2, (jpeg[at + 2] & 0xFF) << 8 | jpeg[at + 3] & 0xFF);
        }
        return at;
    }

    private static byte[] segment(int marker, byte[] name, byte[] content) {
        return ByteBuffer.allocate(4 + name.length + content.length).put((byte) 0xFF).put((byte) marker).putShort((short) (2 + name.length + content.length))
                .put(name).put(content).array();
    }

    /** What EXIF data hold of a text: all of it, else the parameters, which other programs read, else nothing. */
    private static PictureText fitting(PictureText text) {
        PictureText parameters = new PictureText(text.parameters(), Optional.empty(), Optional.empty());
        for (PictureText some : List.of(text, parameters)) {
            if (!some.isEmpty() && EXIF.length + Exif.bytes(some).length <= LONGEST_SEGMENT) {
                return some;
            }
        }
        return PictureText.NONE;
    }

    private static byte[] compressed(BufferedImage image, int quality) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
                ImageWriteParam settings = writer.getDefaultWriteParam();
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(quality / 100f);
                writer.setOutput(stream);
                writer.write(null, new IIOImage(image, null, null), settings);
            }
            return bytes.toByteArray();
        } finally {
            writer.dispose();
        }
    }

    /** What the file says, in its EXIF data and in the segments of long texts. */
    static PictureText text(byte[] jpeg) {
        PictureText ofExif = Exif.read(exif(jpeg)).text();
        PictureText ofParts = LongText.joined(segments(jpeg, LongText.MARKER, LongText.NAME));
        return new PictureText(ofExif.parameters().or(ofParts::parameters), ofExif.record().or(ofParts::record), Optional.empty());
    }

    /** The EXIF data with the word that leads them, if there are any. */
    static Optional<byte[]> exif(byte[] jpeg) {
        return segments(jpeg, APP1, EXIF).stream().findFirst();
    }

    /** What stands in the segments before the picture that have a marker and begin with a name. */
    private static List<byte[]> segments(byte[] jpeg, int marker, byte[] name) {
        List<byte[]> found = new ArrayList<>();
        int at = 2;
        while (at + 4 <= jpeg.length && (jpeg[at] & 0xFF) == 0xFF && (jpeg[at + 1] & 0xFF) != START_OF_SCAN) {
            int length = (jpeg[at + 2] & 0xFF) << 8 | jpeg[at + 3] & 0xFF;
            int end = Math.min(jpeg.length, at + 2 + length);
            if ((jpeg[at + 1] & 0xFF) == marker && end - at - 4 >= name.length && Arrays.equals(jpeg, at + 4, at + 4 + name.length, name, 0, name.length)) {
                found.add(Arrays.copyOfRange(jpeg, at + 4, end));
            }
            at += 2 + Math.max(2, length);
        }
        return found;
    }
}

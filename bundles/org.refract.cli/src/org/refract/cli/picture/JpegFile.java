package org.refract.cli.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** JPEG with EXIF data in its first segment. */
final class JpegFile {
    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
    private static final int APP1 = 0xE1;
    private static final int START_OF_SCAN = 0xDA;
    /** What the two bytes of a segment's length can say, themselves included. */
    private static final int LONGEST_SEGMENT = 65_533;

    private JpegFile() {
    }

    static boolean isOne(byte[] bytes) {
        return bytes.length >= 3 && (bytes[0] & 0xFF) == 0xFF && (bytes[1] & 0xFF) == 0xD8 && (bytes[2] & 0xFF) == 0xFF;
    }

    /** The file; a record that does not fit a segment's 64 KiB is left out, then the parameters. */
    static byte[] bytes(BufferedImage image, PictureText text, int quality) {
        try (ByteArrayOutputStream whole = new ByteArrayOutputStream()) {
            byte[] jpeg = compressed(image, quality);
            whole.write(jpeg, 0, 2);
            byte[] exif = fitting(text);
            if (exif.length > 0) {
                whole.write(ByteBuffer.allocate(4).put((byte) 0xFF).put((byte) APP1).putShort((short) (2 + EXIF.length + exif.length)).array());
                whole.write(EXIF);
                whole.write(exif);
            }
            whole.write(jpeg, 2, jpeg.length - 2);
            return whole.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("a picture in memory could not be written", e);
        }
    }

    private static byte[] fitting(PictureText text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        byte[] exif = Exif.bytes(text);
        if (EXIF.length + exif.length <= LONGEST_SEGMENT) {
            return exif;
        }
        return fitting(text.record().isPresent() ? new PictureText(text.parameters(), Optional.empty(), Optional.empty()) : PictureText.NONE);
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

    /** The EXIF data, if there is any. */
    static Optional<byte[]> exif(byte[] jpeg) {
        int at = 2;
        while (at + 4 <= jpeg.length && (jpeg[at] & 0xFF) == 0xFF && (jpeg[at + 1] & 0xFF) != START_OF_SCAN) {
            int length = (jpeg[at + 2] & 0xFF) << 8 | jpeg[at + 3] & 0xFF;
            int end = Math.min(jpeg.length, at + 2 + length);
            if ((jpeg[at + 1] & 0xFF) == APP1 && end - at - 4 >= EXIF.length && Arrays.equals(jpeg, at + 4, at + 4 + EXIF.length, EXIF, 0, EXIF.length)) {
                return Optional.of(Arrays.copyOfRange(jpeg, at + 4, end));
            }
            at += 2 + Math.max(2, length);
        }
        return Optional.empty();
    }
}

package org.refract.cli.picture;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.refract.cli.picture.webp.LosslessWebp;

/** Lossless WebP with EXIF data (WebP Container Specification, extended file format). */
final class WebpFile {
    private static final byte HAS_EXIF = 0x08;
    private static final int EXTENDED_HEADER = 10;

    private WebpFile() {
    }

    static boolean isOne(byte[] bytes) {
        return bytes.length >= 12 && word(ByteBuffer.wrap(bytes), 0).equals("RIFF") && word(ByteBuffer.wrap(bytes), 8).equals("WEBP");
    }

    /** Whether it is as long as it says. */
    static boolean isWhole(byte[] webp) {
        return Integer.toUnsignedLong(ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).getInt(4)) + 8 <= webp.length;
    }

    static byte[] bytes(BufferedImage image, PictureText text) {
        byte[] pixels = LosslessWebp.encode(image);
        byte[] exif = text.isEmpty() ? new byte[0] : Exif.bytes(text);
        int content = 4 + (exif.length > 0 ? 8 + EXTENDED_HEADER + 8 + even(exif.length) : 0) + 8 + even(pixels.length);
        ByteBuffer file = ByteBuffer.allocate(8 + content).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(content).put("WEBP".getBytes(StandardCharsets.US_ASCII));
        if (exif.length > 0) {
            ByteBuffer header = ByteBuffer.allocate(EXTENDED_HEADER).order(ByteOrder.LITTLE_ENDIAN).putInt(HAS_EXIF);
            put24(header, image.getWidth() - 1);
            put24(header, image.getHeight() - 1);
            chunk(file, "VP8X", header.array());
        }
        chunk(file, "VP8L", pixels);
        if (exif.length > 0) {
            chunk(file, "EXIF", exif);
        }
        return file.array();
    }

    private static void put24(ByteBuffer to, int value) {
        to.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
    }

    private static void chunk(ByteBuffer file, String name, byte[] content) {
        file.put(name.getBytes(StandardCharsets.US_ASCII)).putInt(content.length).put(content).put(new byte[content.length & 1]);
    }

    private static int even(int length) {
        return length + (length & 1);
    }

    /** The EXIF data, if there is any. */
    static Optional<byte[]> exif(byte[] webp) {
        ByteBuffer file = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
        int at = 12;
        while (at + 8 <= webp.length) {
            int length = file.getInt(at + 4);
            if (word(file, at).equals("EXIF")) {
                byte[] exif = new byte[length];
                file.get(at + 8, exif);
                return Optional.of(exif);
            }
            if (length < 0 || length > webp.length - at - 8) {
                return Optional.empty();
            }
            at += 8 + even(length);
        }
        return Optional.empty();
    }

    /** Width and height of a file that this product wrote, or another with the same chunks; empty for a lossy one without a header. */
    static Optional<int[]> size(byte[] webp) {
        ByteBuffer file = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
        if (webp.length < 30) {
            return Optional.empty();
        }
        return switch (word(file, 12)) {
            case "VP8X" -> Optional.of(new int[] {(file.getInt(24) & 0xFFFFFF) + 1, (file.getInt(26) >>> 8) + 1});
            case "VP8L" -> Optional.of(new int[] {(file.getInt(21) & 0x3FFF) + 1, (file.getInt(21) >>> 14 & 0x3FFF) + 1});
            default -> Optional.empty();
        };
    }

    private static String word(ByteBuffer file, int at) {
        byte[] four = new byte[4];
        file.get(at, four);
        return new String(four, StandardCharsets.US_ASCII);
    }
}

package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.pictures.internal.webp.LosslessWebp;

/** Lossless WebP with EXIF data (WebP Container Specification, extended file format). */
final class WebpFile {
    private static final byte HAS_EXIF = 0x08;
    private static final byte HAS_PROFILE = 0x20;
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

    /** A part of the file. */
    private record Chunk(String name, int at, int length) {
    }

    /**
     * Its parts.
     *
     * @throws IllegalArgumentException if the file does not hold one of them whole
     */
    private static List<Chunk> chunks(byte[] webp) {
        List<Chunk> chunks = new ArrayList<>();
        ByteBuffer file = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
        long end = Math.min(webp.length, 8 + Integer.toUnsignedLong(file.getInt(4)));
        for (long at = 12; at + 8 <= end; ) {
            long length = Integer.toUnsignedLong(file.getInt((int) at + 4));
            if (length > end - at - 8) {
                throw new IllegalArgumentException("the part %s says that it has %d bytes".formatted(word(file, (int) at), length));
            }
            chunks.add(new Chunk(word(file, (int) at), (int) at + 8, (int) length));
            at += 8 + length + (length & 1);
        }
        return chunks;
    }

    private static Optional<byte[]> content(byte[] webp, String name) {
        return chunks(webp).stream().filter(chunk -> chunk.name().equals(name)).findFirst().map(chunk -> Arrays.copyOfRange(webp, chunk.at(), chunk.at() + chunk.length()));
    }

    /** The same without its profile, which the decoder would apply by its own rules. */
    static byte[] withoutProfile(byte[] webp) {
        byte[] rest = webp.clone();
        for (Chunk chunk : chunks(webp)) {
            if (chunk.name().equals("VP8X") && chunk.length() > 0) {
                rest[chunk.at()] &= ~HAS_PROFILE;
            } else if (chunk.name().equals("ICCP")) {
                Arrays.fill(rest, chunk.at() - 8, chunk.at() - 4, (byte) 'X');
            }
        }
        return rest;
    }

    /** What it says of its pixels. */
    static PixelFacts facts(byte[] webp) {
        return new PixelFacts(content(webp, "EXIF"), content(webp, "ICCP"), content(webp, "XMP ").map(xmp -> new String(xmp, StandardCharsets.UTF_8)));
    }

    /** Width and height: the largest that any of its parts says, for each is room that a decoder takes; empty for a file without pixels. */
    static Optional<int[]> size(byte[] webp) {
        ByteBuffer file = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
        return sizes(file, chunks(webp)).reduce((a, b) -> new int[] {Math.max(a[0], b[0]), Math.max(a[1], b[1])});
    }

    private static Stream<int[]> sizes(ByteBuffer file, List<Chunk> chunks) {
        return chunks.stream().filter(chunk -> chunk.length() >= EXTENDED_HEADER).flatMap(chunk -> switch (chunk.name()) {
            case "VP8X" -> Stream.of(size24(file, chunk.at() + 4));
            case "VP8L" -> Stream.of(new int[] {(file.getInt(chunk.at() + 1) & 0x3FFF) + 1, (file.getInt(chunk.at() + 1) >>> 14 & 0x3FFF) + 1});
            case "VP8 " -> Stream.of(new int[] {file.getShort(chunk.at() + 6) & 0x3FFF, file.getShort(chunk.at() + 8) & 0x3FFF});
            case "ANMF" -> Stream.of(size24(file, chunk.at() + 6));
            default -> Stream.empty();
        });
    }

    /** Two numbers of three bytes, each less one. */
    private static int[] size24(ByteBuffer file, int at) {
        return new int[] {(file.getShort(at) & 0xFFFF | (file.get(at + 2) & 0xFF) << 16) + 1, (file.getShort(at + 3) & 0xFFFF | (file.get(at + 5) & 0xFF) << 16) + 1};
    }

    private static String word(ByteBuffer file, int at) {
        byte[] four = new byte[4];
        file.get(at, four);
        return new String(four, StandardCharsets.US_ASCII);
    }
}

package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;
import javax.imageio.ImageIO;

/**
 * PNG with text chunks: {@code parameters} as the Stable Diffusion web UIs write it, {@code refract} with everything as JSON. Latin-1 text
 * goes into {@code tEXt}, as readers expect, other text into {@code iTXt} (PNG, second edition, section 11.3.4).
 */
final class PngFile {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    /** Signature and header chunk: length, type, 13 bytes, checksum. */
    private static final int AFTER_HEADER = SIGNATURE.length + 4 + 4 + 13 + 4;
    /** Length, type and checksum. */
    private static final int BESIDE_CONTENT = 4 + 4 + 4;
    private static final String END = "IEND";
    /** Bytes that texts may always unpack to, and how many for each of the file's: graphs of nodes shrink to a tenth. */
    private static final int UNPACKED_ALWAYS = 1 << 20;
    private static final int UNPACKED = 64;
    private static final String PARAMETERS = "parameters";
    private static final String RECORD = "refract";
    private static final String GRAPH = "prompt";
    private static final Set<String> DRAWN = Set.of(PARAMETERS, RECORD, GRAPH);
    private static final Set<String> TEXTS = Set.of("tEXt", "zTXt", "iTXt");
    private static final String RAW_EXIF = "Raw profile type exif";
    private static final String XMP = "XML:com.adobe.xmp";

    private PngFile() {
    }

    static boolean isOne(byte[] bytes) {
        return bytes.length >= SIGNATURE.length && ByteBuffer.wrap(bytes, 0, SIGNATURE.length).equals(ByteBuffer.wrap(SIGNATURE));
    }

    /** Whether its last chunk is there. */
    static boolean isWhole(byte[] png) {
        List<Chunk> chunks = chunks(png);
        return !chunks.isEmpty() && chunks.getLast().type().equals(END);
    }

    /** A part of the file: four letters and what they head. */
    private record Chunk(String type, ByteBuffer content) {
    }

    /** The chunks up to the last; what follows it is no part of the picture, and one that the file does not hold whole ends the list. */
    private static List<Chunk> chunks(byte[] png) {
        List<Chunk> chunks = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(png).position(SIGNATURE.length);
        while (bytes.remaining() >= BESIDE_CONTENT) {
            int length = bytes.getInt();
            byte[] type = new byte[4];
            bytes.get(type);
            if (length < 0 || length > bytes.remaining() - 4) {
                break;
            }
            chunks.add(new Chunk(new String(type, StandardCharsets.ISO_8859_1), bytes.slice(bytes.position(), length)));
            if (chunks.getLast().type().equals(END)) {
                break;
            }
            bytes.position(bytes.position() + length + 4);
        }
        return chunks;
    }

    static byte[] bytes(BufferedImage image, PictureText text) {
        try (ByteArrayOutputStream plain = new ByteArrayOutputStream(); ByteArrayOutputStream whole = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", plain);
            byte[] png = plain.toByteArray();
            whole.write(png, 0, AFTER_HEADER);
            if (text.parameters().isPresent()) {
                whole.write(chunk(PARAMETERS, text.parameters().get()));
            }
            if (text.record().isPresent()) {
                whole.write(chunk(RECORD, text.record().get()));
            }
            whole.write(png, AFTER_HEADER, png.length - AFTER_HEADER);
            return whole.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("a picture in memory could not be written", e);
        }
    }

    private static byte[] chunk(String keyword, String value) {
        boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(value);
        byte[] name = keyword.getBytes(StandardCharsets.ISO_8859_1);
        byte[] content = value.getBytes(latin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        int between = latin ? 1 : 5;
        ByteBuffer chunk = ByteBuffer.allocate(4 + 4 + name.length + between + content.length + 4);
        chunk.putInt(name.length + between + content.length);
        chunk.put((latin ? "tEXt" : "iTXt").getBytes(StandardCharsets.US_ASCII)).put(name).put(new byte[between]).put(content);
        CRC32 sum = new CRC32();
        sum.update(chunk.array(), 4, chunk.position() - 4);
        return chunk.putInt((int) sum.getValue()).array();
    }

    static PictureText text(byte[] png) {
        if (!isWhole(png)) {
            throw new IllegalArgumentException("it ends in the middle");
        }
        Map<String, String> texts = texts(png, keyword -> true);
        Map<String, String> further = new TreeMap<>(texts);
        further.keySet().removeAll(DRAWN);
        return new PictureText(Optional.ofNullable(texts.get(PARAMETERS)), Optional.ofNullable(texts.get(RECORD)), Optional.ofNullable(texts.get(GRAPH)), further);
    }

    /** What it says of its pixels; EXIF data also as ImageMagick writes them, in hexadecimal digits in a text. */
    static PixelFacts facts(byte[] png) {
        Optional<byte[]> exif = Optional.empty();
        Optional<byte[]> profile = Optional.empty();
        for (Chunk chunk : chunks(png)) {
            if (chunk.type().equals("eXIf")) {
                exif = Optional.of(all(chunk.content()));
            } else if (chunk.type().equals("iCCP")) {
                profile = profile(chunk.content(), new Unpacking(png));
            }
        }
        Map<String, String> texts = texts(png, Set.of(RAW_EXIF, XMP)::contains);
        return new PixelFacts(exif.or(() -> Optional.ofNullable(texts.get(RAW_EXIF)).flatMap(PngFile::raw)), profile, Optional.ofNullable(texts.get(XMP)));
    }

    private static Optional<byte[]> profile(ByteBuffer content, Unpacking unpacking) {
        try {
            keyword(content);
            content.get();
            return Optional.of(unpacking.of(content));
        } catch (BufferUnderflowException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    /** The bytes of {@code \n exif \n length \n digits}. */
    private static Optional<byte[]> raw(String profile) {
        String[] parts = profile.strip().split("\\s+", 3);
        String digits = parts.length < 3 ? "" : parts[2].replaceAll("\\s+", "");
        try {
            return Optional.of(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Texts by their keywords, of several the first; a damaged one is left out, but for those that say how the picture was drawn. */
    private static Map<String, String> texts(byte[] png, Predicate<String> wanted) {
        Map<String, String> texts = new TreeMap<>();
        Unpacking unpacking = new Unpacking(png);
        for (Chunk chunk : chunks(png)) {
            if (!TEXTS.contains(chunk.type())) {
                continue;
            }
            String keyword = "";
            try {
                keyword = keyword(chunk.content());
                if (wanted.test(keyword)) {
                    texts.putIfAbsent(keyword, text(chunk.type(), chunk.content(), unpacking));
                }
            } catch (BufferUnderflowException | IllegalArgumentException damaged) {
                if (DRAWN.contains(keyword)) {
                    throw damaged;
                }
            }
        }
        return texts;
    }

    private static String text(String type, ByteBuffer content, Unpacking unpacking) {
        if (type.equals("tEXt")) {
            return new String(all(content), StandardCharsets.ISO_8859_1);
        }
        boolean packed = content.get() == 1 || type.equals("zTXt");
        if (type.equals("zTXt")) {
            return new String(unpacking.of(content), StandardCharsets.ISO_8859_1);
        }
        content.get();
        keyword(content);
        keyword(content);
        return new String(packed ? unpacking.of(content) : all(content), StandardCharsets.UTF_8);
    }

    /** The bytes up to the next zero. */
    private static String keyword(ByteBuffer content) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        for (byte next = content.get(); next != 0; next = content.get()) {
            name.write(next);
        }
        return name.toString(StandardCharsets.UTF_8);
    }

    private static byte[] all(ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }

    /** Unpacks, but no more from a file than it should hold. */
    private static final class Unpacking {
        private long left;

        Unpacking(byte[] file) {
            left = UNPACKED_ALWAYS + (long) UNPACKED * file.length;
        }

        byte[] of(ByteBuffer content) {
            int most = (int) Math.min(Integer.MAX_VALUE - 16, left);
            try (InflaterInputStream inflated = new InflaterInputStream(new ByteArrayInputStream(all(content)))) {
                byte[] bytes = inflated.readNBytes(most + 1);
                if (bytes.length > most) {
                    throw new IllegalArgumentException("its texts unpack to far more than they should hold");
                }
                left -= bytes.length;
                return bytes;
            } catch (IOException e) {
                throw new IllegalArgumentException("a packed text cannot be unpacked", e);
            }
        }
    }
}

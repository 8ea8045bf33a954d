package org.refract.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The EXIF data of a picture file (Exif 2.32, TIFF 6.0): how it was drawn, and how a camera was held.
 *
 * @param text        {@code UserComment} holds the web UIs' parameters, {@code MakerNote} this product's JSON record, {@code Make} or {@code Model}
 *                    ComfyUI's graph after {@code prompt:}
 * @param orientation 1 to 8, 1 for upright; empty where it is not told
 */
record Exif(PictureText text, Optional<Integer> orientation) {
    static final Exif NONE = new Exif(PictureText.NONE, Optional.empty());

    private static final byte[] PREFIX = {'E', 'x', 'i', 'f', 0, 0};
    private static final byte[] UNICODE = "UNICODE\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ASCII = "ASCII\0\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MAKER = "Refract\0".getBytes(StandardCharsets.US_ASCII);
    private static final int ORIENTATION = 0x0112;
    private static final int PROFILE = 0x8773;
    /** Where other tools put what they have to say. ComfyUI's nodes for WebP take the camera's maker and model. */
    private static final Map<Integer, String> TEXTS = Map.of(0x010E, "ImageDescription", 0x010F, "Make", 0x0110, "Model", 0x0131, "Software");
    private static final String GRAPH = "prompt:";
    private static final int EXIF_FOLDER = 0x8769;
    private static final int MAKER_NOTE = 0x927C;
    private static final int USER_COMMENT = 0x9286;
    private static final int LONG = 4;
    private static final int UNDEFINED = 7;
    private static final int HEADER = 8;
    private static final int ENTRY = 12;

    /** The bytes of a text, from the TIFF header on; the comment is UTF-16 big-endian, as AUTOMATIC1111's web UI writes it. */
    static byte[] bytes(PictureText text) {
        byte[] comment = text.parameters().map(p -> joined(UNICODE, p.getBytes(StandardCharsets.UTF_16BE))).orElse(new byte[0]);
        byte[] maker = text.record().map(r -> joined(MAKER, r.getBytes(StandardCharsets.UTF_8))).orElse(new byte[0]);
        int entries = (maker.length > 0 ? 1 : 0) + (comment.length > 0 ? 1 : 0);
        int folder = HEADER + 2 + ENTRY + 4;
        int content = folder + 2 + entries * ENTRY + 4;
        ByteBuffer bytes = ByteBuffer.allocate(content + maker.length + comment.length).order(ByteOrder.BIG_ENDIAN);
        bytes.put((byte) 'M').put((byte) 'M').putShort((short) 42).putInt(HEADER);
        bytes.putShort((short) 1);
        entry(bytes, EXIF_FOLDER, LONG, 1, folder).putInt(0).putShort((short) entries);
        if (maker.length > 0) {
            entry(bytes, MAKER_NOTE, UNDEFINED, maker.length, content);
        }
        if (comment.length > 0) {
            entry(bytes, USER_COMMENT, UNDEFINED, comment.length, content + maker.length);
        }
        return bytes.putInt(0).put(maker).put(comment).array();
    }

    private static ByteBuffer entry(ByteBuffer bytes, int tag, int type, int count, int value) {
        return bytes.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Whether a file is TIFF, whose head is that of EXIF data. */
    static boolean isTiff(byte[] file) {
        return startsWith(file, new byte[] {'I', 'I', 42, 0}) || startsWith(file, new byte[] {'M', 'M', 0, 42});
    }

    /** The ICC profile of a TIFF file. */
    static Optional<byte[]> profileOfTiff(byte[] file) {
        if (file.length < HEADER) {
            return Optional.empty();
        }
        ByteBuffer tiff = ByteBuffer.wrap(file).order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        return content(tiff, tiff.getInt(4), PROFILE);
    }

    /** Reads EXIF data, with or without the word that leads it in a JPEG file; data that makes no sense says nothing. */
    static Exif read(Optional<byte[]> data) {
        if (data.isEmpty()) {
            return NONE;
        }
        byte[] bytes = data.get();
        int skip = startsWith(bytes, PREFIX) ? PREFIX.length : 0;
        if (bytes.length - skip < HEADER) {
            return NONE;
        }
        ByteBuffer tiff = ByteBuffer.wrap(bytes, skip, bytes.length - skip).slice().order(bytes[skip] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        if (tiff.getShort(2) != 42) {
            return NONE;
        }
        int top = tiff.getInt(4);
        Optional<Integer> upright = find(tiff, top, ORIENTATION).map(at -> (int) tiff.getShort(at + 8)).filter(o -> o >= 1 && o <= 8);
        Optional<Integer> folder = find(tiff, top, EXIF_FOLDER).map(at -> tiff.getInt(at + 8));
        // Programs that write through Pillow put both into the first folder, where no camera has them.
        Optional<String> comment = folder.flatMap(at -> content(tiff, at, USER_COMMENT)).or(() -> content(tiff, top, USER_COMMENT)).flatMap(c -> comment(c, tiff.order()));
        Optional<byte[]> note = folder.flatMap(at -> content(tiff, at, MAKER_NOTE)).or(() -> content(tiff, top, MAKER_NOTE));
        Optional<String> record = note.filter(c -> startsWith(c, MAKER))
                .map(c -> new String(c, MAKER.length, c.length - MAKER.length, StandardCharsets.UTF_8));
        Map<String, String> further = new TreeMap<>();
        for (Map.Entry<Integer, String> tag : TEXTS.entrySet()) {
            content(tiff, top, tag.getKey()).ifPresent(c -> further.put(tag.getValue(), plain(c)));
        }
        note.filter(c -> !startsWith(c, MAKER)).ifPresent(c -> further.put("MakerNote", plain(c)));
        Optional<String> graph = further.values().stream().filter(t -> t.regionMatches(true, 0, GRAPH, 0, GRAPH.length())).findFirst().map(t -> t.substring(GRAPH.length()));
        return new Exif(new PictureText(comment, record, graph, further), upright);
    }

    /** Where the entry of a tag begins. */
    private static Optional<Integer> find(ByteBuffer tiff, int folder, int tag) {
        if (folder < HEADER || folder > tiff.limit() - 2) {
            return Optional.empty();
        }
        int entries = Short.toUnsignedInt(tiff.getShort(folder));
        for (int i = 0; i < entries; i++) {
            int at = folder + 2 + i * ENTRY;
            if (at + ENTRY > tiff.limit()) {
                return Optional.empty();
            }
            if (Short.toUnsignedInt(tiff.getShort(at)) == tag) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private static Optional<byte[]> content(ByteBuffer tiff, int folder, int tag) {
        return find(tiff, folder, tag).flatMap(at -> {
            int count = tiff.getInt(at + 4);
            int from = count <= 4 ? at + 8 : tiff.getInt(at + 8);
            if (count < 0 || from < 0 || from > tiff.limit() - count) {
                return Optional.empty();
            }
            byte[] bytes = new byte[count];
            tiff.get(from, bytes);
            return Optional.of(bytes);
        });
    }

    private static Optional<String> comment(byte[] bytes, ByteOrder order) {
        if (startsWith(bytes, UNICODE)) {
            // Writers disagree on the order of the bytes whatever the header says; prompts are mostly ASCII, whose high byte is zero.
            int zeros = 0;
            for (int i = UNICODE.length; i + 1 < bytes.length; i += 2) {
                zeros += (bytes[i] == 0 ? 1 : 0) - (bytes[i + 1] == 0 ? 1 : 0);
            }
            boolean big = zeros != 0 ? zeros > 0 : order == ByteOrder.BIG_ENDIAN;
            return Optional.of(new String(bytes, UNICODE.length, bytes.length - UNICODE.length, big ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE));
        }
        if (startsWith(bytes, ASCII) || startsWith(bytes, new byte[8])) {
            return Optional.of(new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8));
        }
        // Pillow writes whatever text it is given, without the word that should lead it.
        return Optional.of(plain(bytes)).filter(text -> !text.isBlank());
    }

    /** Text up to its end mark. */
    private static String plain(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}

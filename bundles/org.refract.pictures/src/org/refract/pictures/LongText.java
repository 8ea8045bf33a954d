package org.refract.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Texts that are longer than a segment of a JPEG file can be, in several segments APP11, as ICC profiles are split (ICC.1, annex B.4). Each holds
 * {@code "Refract\0"}, a letter for the text ({@code P} the parameters, {@code R} the record), the part's number from 1 on and the number of parts
 * (two bytes each, big-endian), and a part of the text in UTF-8. Programs that do not know the name leave such segments alone.
 */
final class LongText {
    static final int MARKER = 0xEB;
    static final byte[] NAME = "Refract\0".getBytes(StandardCharsets.US_ASCII);

    private static final char PARAMETERS = 'P';
    private static final char RECORD = 'R';
    private static final int HEADER = 1 + 2 + 2;
    /** 65 535 less the two bytes of the length itself. */
    private static final int LONGEST_PART = 65_533 - 8 - HEADER;
    private static final int MOST_PARTS = 0xFFFF;

    private LongText() {
    }

    /** What stands in each segment after the name. */
    static List<byte[]> parts(PictureText text) {
        List<byte[]> parts = new ArrayList<>();
        text.parameters().ifPresent(parameters -> split(PARAMETERS, parameters, parts));
        text.record().ifPresent(record -> split(RECORD, record, parts));
        return parts;
    }

    private static void split(char letter, String text, List<byte[]> parts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int count = Math.ceilDiv(bytes.length, LONGEST_PART);
        if (count > MOST_PARTS) {
            throw new IllegalArgumentException("a text of " + bytes.length + " bytes");
        }
        for (int i = 0; i < count; i++) {
            int from = i * LONGEST_PART;
            int length = Math.min(LONGEST_PART, bytes.length - from);
            parts.add(ByteBuffer.allocate(HEADER + length).put((byte) letter).putShort((short) (i + 1)).putShort((short) count).put(bytes, from, length).array());
        }
    }

    /**
     * The texts of segments, in whatever order they stand.
     *
     * @throws IllegalArgumentException if a part is missing
     */
    static PictureText joined(List<byte[]> segments) {
        return new PictureText(joined(PARAMETERS, segments), joined(RECORD, segments), Optional.empty(), Map.of());
    }

    private static Optional<String> joined(char letter, List<byte[]> segments) {
        Map<Integer, byte[]> parts = new TreeMap<>();
        int count = 0;
        for (byte[] segment : segments) {
            if (segment.length >= NAME.length + HEADER && segment[NAME.length] == letter) {
                ByteBuffer header = ByteBuffer.wrap(segment, NAME.length + 1, HEADER - 1);
                parts.put(Short.toUnsignedInt(header.getShort()), segment);
                count = Short.toUnsignedInt(header.getShort());
            }
        }
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int number = 1; number <= count; number++) {
            byte[] part = parts.get(number);
            if (part == null) {
                throw new IllegalArgumentException("part %d of %d is missing".formatted(number, count));
            }
            whole.write(part, NAME.length + HEADER, part.length - NAME.length - HEADER);
        }
        return Optional.of(whole.toString(StandardCharsets.UTF_8));
    }
}

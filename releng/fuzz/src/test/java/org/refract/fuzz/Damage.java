package org.refract.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Ways to damage a file: bytes flipped, cut, doubled; values of JSON, lengths and pickle codes replaced by ones that nobody expects. */
public final class Damage {
    private static final List<String> HOSTILE = List.of("null", "-1", "0", "1e309", "-0.0", "9223372036854775807", "9223372036854775808",
            "2147483648", "NaN", "-Infinity", "\"\"", "\"../../../etc/passwd\"", "\"/etc/passwd\"", "\"\\u0000\"", "[]", "{}", "[[[[[[[[[[]]]]]]]]]]",
            "true", "1.5", "\"" + "x".repeat(5000) + "\"", "[" + "0,".repeat(5000) + "0]", "[".repeat(20_000), "\"\\ud800\"", "\"\\u001b[2J\\u009b\"");
    private static final Pattern VALUE = Pattern.compile("(?<=[:\\[,]\\s{0,4})(\"[^\"]*\"|-?\\d[\\d.eE+-]*|true|false|null)");
    private static final long[] NUMBERS = {0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7ffffff0, Long.MAX_VALUE, Long.MIN_VALUE};
    /** Codes of pickles that build, call, remember and repeat. */
    private static final byte[] PICKLE_CODES = "()].}lIJKMNRSTUXabcdehijopqrstu0123\u0080\u0081\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u0093\u0094\u0095".getBytes(StandardCharsets.ISO_8859_1);

    /** What was unpacked before, by the archive. */
    private static final Map<ByteBuffer, Map<String, byte[]>> ENTRIES = new ConcurrentHashMap<>();

    private Damage() {
    }

    /** The given text, damaged in one to four places. */
    static Arbitrary<byte[]> of(String sound) {
        return Arbitraries.longs().map(seed -> text(sound.getBytes(StandardCharsets.UTF_8), new Random(seed)));
    }

    /** Text, damaged in one to four places. */
    public static byte[] text(byte[] sound, Random random) {
        byte[] bytes = sound;
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes = random.nextInt(3) > 0 ? replaced(new String(bytes, StandardCharsets.UTF_8), random) : bent(bytes, random);
        }
        return bytes;
    }

    /** Bytes, damaged in one to four places. */
    public static byte[] binary(byte[] sound, Random random) {
        byte[] bytes = sound;
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes = random.nextInt(3) > 0 ? numbered(bytes, random) : bent(bytes, random);
        }
        return bytes;
    }

    /** A pickle, damaged in one to four places. */
    public static byte[] pickle(byte[] sound, Random random) {
        byte[] bytes = sound;
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes = switch (random.nextInt(3)) {
                case 0 -> coded(bytes, random);
                case 1 -> numbered(bytes, random);
                default -> bent(bytes, random);
            };
        }
        return bytes;
    }

    /** A zip archive, one of whose entries is damaged while its checksum is right; now and then the archive itself. */
    public static byte[] zip(byte[] sound, Random random) {
        if (random.nextInt(4) == 0) {
            return binary(sound, random);
        }
        Map<String, byte[]> entries = new LinkedHashMap<>(ENTRIES.computeIfAbsent(ByteBuffer.wrap(sound), Damage::entries));
        String damaged = List.copyOf(entries.keySet()).get(random.nextInt(entries.size()));
        entries.computeIfPresent(damaged, (name, bytes) -> name.endsWith(".pkl") ? pickle(bytes, random) : random.nextBoolean() ? binary(bytes, random) : header(bytes, random));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.setLevel(random.nextInt(2));
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                if (random.nextInt(40) > 0) {
                    out.putNextEntry(new ZipEntry(entry.getKey()));
                    out.write(entry.getValue());
                    out.closeEntry();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Whatever torch wrote. */
    public static byte[] torch(byte[] sound, Random random) {
        return sound[0] == 'P' ? zip(sound, random) : pickle(sound, random);
    }

    private static Map<String, byte[]> entries(ByteBuffer archive) {
        try {
            Path file = Files.write(Files.createTempFile("fuzz", ".zip"), archive.array());
            Map<String, byte[]> entries = new LinkedHashMap<>();
            try (ZipFile zip = new ZipFile(file.toFile())) {
                for (ZipEntry entry : Collections.list(zip.entries())) {
                    entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
            Files.delete(file);
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Damage at the beginning, where an array says what it is. */
    private static byte[] header(byte[] bytes, Random random) {
        byte[] start = text(Arrays.copyOf(bytes, Math.min(bytes.length, 128)), random);
        byte[] joined = Arrays.copyOf(start, start.length + Math.max(0, bytes.length - 128));
        System.arraycopy(bytes, Math.min(bytes.length, 128), joined, start.length, joined.length - start.length);
        return joined;
    }

    private static byte[] replaced(String text, Random random) {
        List<int[]> values = VALUE.matcher(text).results().map(r -> new int[] {r.start(), r.end()}).toList();
        if (values.isEmpty()) {
            return bent(text.getBytes(StandardCharsets.UTF_8), random);
        }
        int[] at = values.get(random.nextInt(values.size()));
        String hostile = HOSTILE.get(random.nextInt(HOSTILE.size()));
        return (text.substring(0, at[0]) + hostile + text.substring(at[1])).getBytes(StandardCharsets.UTF_8);
    }

    /** With a number of two, four or eight bytes in it that is a limit of something. */
    private static byte[] numbered(byte[] bytes, Random random) {
        int size = 2 << random.nextInt(3);
        if (bytes.length < size) {
            return bent(bytes, random);
        }
        byte[] changed = bytes.clone();
        ByteBuffer at = ByteBuffer.wrap(changed, random.nextInt(bytes.length - size + 1), size).slice().order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        switch (size) {
            case 2 -> at.putShort((short) number);
            case 4 -> at.putInt((int) number);
            default -> at.putLong(number);
        }
        return changed;
    }

    /** With another code in its place, or one more, up to some hundred times. */
    private static byte[] coded(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        byte[] codes = new byte[random.nextInt(4) == 0 ? 1 + random.nextInt(300) : 1];
        Arrays.fill(codes, PICKLE_CODES[random.nextInt(PICKLE_CODES.length)]);
        int kept = random.nextBoolean() ? at : Math.min(bytes.length, at + codes.length);
        byte[] changed = Arrays.copyOf(bytes, at + codes.length + bytes.length - kept);
        System.arraycopy(codes, 0, changed, at, codes.length);
        System.arraycopy(bytes, kept, changed, at + codes.length, bytes.length - kept);
        return changed;
    }

    private static byte[] bent(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        int at = random.nextInt(bytes.length);
        return switch (random.nextInt(3)) {
            case 0 -> {
                byte[] flipped = bytes.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            case 1 -> Arrays.copyOf(bytes, at);
            default -> {
                byte[] doubled = Arrays.copyOf(bytes, bytes.length + bytes.length - at);
                System.arraycopy(bytes, at, doubled, bytes.length, bytes.length - at);
                yield doubled;
            }
        };
    }
}

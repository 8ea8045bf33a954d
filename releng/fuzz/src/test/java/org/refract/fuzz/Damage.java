package org.refract.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Ways to damage a text file: bytes flipped, cut, doubled; JSON values replaced by ones that nobody expects. */
final class Damage {
    private static final List<String> HOSTILE = List.of("null", "-1", "0", "1e309", "-0.0", "9223372036854775807", "9223372036854775808",
            "2147483648", "NaN", "\"\"", "\"../../../etc/passwd\"", "\"\\u0000\"", "[]", "{}", "[[[[[[[[[[]]]]]]]]]]", "true", "1.5",
            "\"" + "x".repeat(5000) + "\"", "[" + "0,".repeat(5000) + "0]", "[".repeat(20_000), "\"\\ud800\"");
    private static final Pattern VALUE = Pattern.compile("(?<=[:\\[,]\\s{0,4})(\"[^\"]*\"|-?\\d[\\d.eE+-]*|true|false|null)");

    private Damage() {
    }

    /** The given text, damaged in one to four places. */
    static Arbitrary<byte[]> of(String sound) {
        return Arbitraries.longs().map(seed -> damaged(sound, new Random(seed)));
    }

    private static byte[] damaged(String sound, Random random) {
        byte[] bytes = sound.getBytes(StandardCharsets.UTF_8);
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes = random.nextInt(3) > 0 ? replaced(new String(bytes, StandardCharsets.UTF_8), random) : bent(bytes, random);
        }
        return bytes;
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

package org.refract.pictures.internal.webp;

import java.util.Arrays;
import java.util.PriorityQueue;

/** A canonical prefix code (RFC 9649, section 3.7.2): made from how often each symbol occurs, written as its code lengths. */
final class PrefixCode {
    private static final int LONGEST = 15;
    private static final int LONGEST_OF_LENGTHS = 7;
    /** In which order the lengths of the code for lengths stand. */
    private static final int[] ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    private static final int REPEAT = 16;
    private static final int ZEROS = 17;
    private static final int MANY_ZEROS = 18;

    private final int[] lengths;
    private final int[] codes;

    private PrefixCode(int[] lengths) {
        this.lengths = lengths;
        this.codes = canonical(lengths);
    }

    static PrefixCode of(int[] counts) {
        return new PrefixCode(lengths(counts, LONGEST));
    }

    /** Writes one symbol. */
    void put(BitWriter out, int symbol) {
        out.put(codes[symbol], lengths[symbol]);
    }

    /** Writes the code itself. */
    void describe(BitWriter out) {
        int[] used = java.util.stream.IntStream.range(0, lengths.length).filter(s -> lengths[s] > 0).toArray();
        if (used.length <= 2 && Arrays.stream(used).allMatch(s -> s < 256)) {
            simple(out, used);
        } else {
            normal(out);
        }
        if (used.length <= 1) {
            Arrays.fill(lengths, 0);
        }
    }

    private static void simple(BitWriter out, int[] used) {
        int first = used.length == 0 ? 0 : used[0];
        out.put(1, 1);
        out.put(Math.max(0, used.length - 1), 1);
        out.put(first > 1 ? 1 : 0, 1);
        out.put(first, first > 1 ? 8 : 1);
        if (used.length == 2) {
            out.put(used[1], 8);
        }
    }

    private void normal(BitWriter out) {
        int[] counts = new int[MANY_ZEROS + 1];
        runs((symbol, extra, bits) -> counts[symbol]++);
        PrefixCode code = new PrefixCode(lengths(counts, LONGEST_OF_LENGTHS));
        int many = ORDER.length;
        while (many > 4 && code.lengths[ORDER[many - 1]] == 0) {
            many--;
        }
        out.put(0, 1);
        out.put(many - 4, 4);
        for (int i = 0; i < many; i++) {
            out.put(code.lengths[ORDER[i]], 3);
        }
        out.put(0, 1);
        boolean alone = Arrays.stream(code.lengths).filter(l -> l > 0).count() == 1;
        runs((symbol, extra, bits) -> {
            if (!alone) {
                code.put(out, symbol);
            }
            out.put(extra, bits);
        });
    }

    private interface Run {
        void next(int symbol, int extra, int bits);
    }

    /** The lengths in runs. */
    private void runs(Run to) {
        int before = 8;
        int at = 0;
        while (at < lengths.length) {
            int end = at + 1;
            while (end < lengths.length && lengths[end] == lengths[at]) {
                end++;
            }
            int left = end - at;
            if (lengths[at] == 0) {
                while (left >= 3) {
                    int now = Math.min(left, 138);
                    to.next(now <= 10 ? ZEROS : MANY_ZEROS, now <= 10 ? now - 3 : now - 11, now <= 10 ? 3 : 7);
                    left -= now;
                }
            } else {
                if (lengths[at] != before) {
                    to.next(lengths[at], 0, 0);
                    left--;
                    before = lengths[at];
                }
                while (left >= 3) {
                    int now = Math.min(left, 6);
                    to.next(REPEAT, now - 3, 2);
                    left -= now;
                }
            }
            for (; left > 0; left--) {
                to.next(lengths[at], 0, 0);
            }
            at = end;
        }
    }

    /** Huffman's lengths; where one would be too long, rare symbols are counted as less rare. */
    private static int[] lengths(int[] counts, int longest) {
        for (int least = 1; ; least *= 2) {
            int[] lengths = tree(counts, least);
            if (Arrays.stream(lengths).max().orElse(0) <= longest) {
                return lengths;
            }
        }
    }

    private record Node(long count, int symbol, Node left, Node right) {
    }

    private static int[] tree(int[] counts, int least) {
        PriorityQueue<Node> nodes = new PriorityQueue<>((a, b) -> a.count != b.count ? Long.compare(a.count, b.count) : Integer.compare(a.symbol, b.symbol));
        for (int s = 0; s < counts.length; s++) {
            if (counts[s] > 0) {
                nodes.add(new Node(Math.max(counts[s], least), s, null, null));
            }
        }
        int[] lengths = new int[counts.length];
        if (nodes.size() == 1) {
            lengths[nodes.peek().symbol] = 1;
        }
        if (nodes.size() > 1) {
            for (int inner = counts.length; nodes.size() > 1; inner++) {
                Node a = nodes.poll();
                Node b = nodes.poll();
                nodes.add(new Node(a.count + b.count, inner, a, b));
            }
            depth(nodes.poll(), 0, lengths);
        }
        return lengths;
    }

    private static void depth(Node node, int depth, int[] lengths) {
        if (node.left == null) {
            lengths[node.symbol] = depth;
        } else {
            depth(node.left, depth + 1, lengths);
            depth(node.right, depth + 1, lengths);
        }
    }

    /** Shorter codes first, then by symbol; their bits reversed, since the stream is read from the least significant bit. */
    private static int[] canonical(int[] lengths) {
        int[] codes = new int[lengths.length];
        int next = 0;
        for (int length = 1; length <= LONGEST; length++) {
            for (int s = 0; s < lengths.length; s++) {
                if (lengths[s] == length) {
                    codes[s] = Integer.reverse(next) >>> 32 - length;
                    next++;
                }
            }
            next <<= 1;
        }
        return codes;
    }
}

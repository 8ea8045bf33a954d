package org.refract.engine.index;

/**
 * In which recordings each latent was active, a bit each, to tell which features fire together. It takes at most
 * {@value #BYTES} bytes: where that does not suffice, it keeps the first recordings only.
 */
final class Coactivation {
    private static final long BYTES = 64L << 20;

    private final int words;
    private final long[][] active;

    Coactivation(int latents, long recordings) {
        words = (int) Math.min((recordings + 63) / 64, Math.max(1, BYTES / 8 / latents));
        active = new long[latents][];
    }

    /** @param ordinal the recording's place in the pass, from 0 */
    void mark(int latent, long ordinal) {
        if (ordinal >= 64L * words) {
            return;
        }
        if (active[latent] == null) {
            active[latent] = new long[words];
        }
        active[latent][(int) (ordinal >>> 6)] |= 1L << (ordinal & 63);
    }

    /** Recordings in which both were active / recordings in which at least one was; 0 if none was. */
    double jaccard(int a, int b) {
        if (active[a] == null || active[b] == null) {
            return 0;
        }
        long both = 0;
        long either = 0;
        for (int i = 0; i < words; i++) {
            both += Long.bitCount(active[a][i] & active[b][i]);
            either += Long.bitCount(active[a][i] | active[b][i]);
        }
        return either == 0 ? 0 : (double) both / either;
    }
}

package org.refract.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Seconds of something done again and again; the first times, which pay for warming up, are not counted. */
final class Stopwatch {
    private final List<Double> seconds = new ArrayList<>();
    private int uncounted;

    /** The first time is not counted. */
    Stopwatch() {
        this(1);
    }

    /** @param uncounted how many times are not counted */
    Stopwatch(int uncounted) {
        this.uncounted = uncounted;
    }

    /** Records one time. */
    void add(double elapsed) {
        if (uncounted > 0) {
            uncounted--;
        } else {
            seconds.add(elapsed);
        }
    }

    /** Times one run of {@code work}. */
    void time(Runnable work) {
        long start = System.nanoTime();
        work.run();
        add((System.nanoTime() - start) / 1e9);
    }

    /** The median in seconds, NaN if nothing was counted. */
    double median() {
        if (seconds.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(seconds);
        Collections.sort(sorted);
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}

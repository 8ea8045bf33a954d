package org.refract.sae.panneal;

import java.util.Arrays;
import org.refract.api.RefractException;
import org.refract.api.Settings;

/**
 * When p falls, and to what. Steps are counted from 0; an update at the end of a step holds from the next one on.
 *
 * @param updates steps with an update, ascending
 * @param values  p after each of them
 * @param first   p before the first
 * @param last    the p that comes after the last value
 */
record Annealing(long[] updates, double[] values, double first, double last) {

    /** Reads and checks the settings. */
    static Annealing of(Settings settings) throws RefractException {
        settings.within("anneal_end", settings.integer("anneal_start") + 1, Integer.MAX_VALUE);
        settings.within("n_sparsity_updates", 2, settings.integer("anneal_end") - settings.integer("anneal_start") + 1);
        long start = settings.integer("anneal_start");
        long end = settings.integer("anneal_end");
        int count = (int) settings.integer("n_sparsity_updates");
        float from = (float) settings.real("p_start");
        float to = (float) settings.real("p_end");
        long[] updates = new long[count];
        double[] values = new double[count];
        double stride = (double) (end - start) / (count - 1);
        float fall = (to - from) / (count - 1);
        for (int i = 0; i < count; i++) {
            int left = count - i - 1;
            updates[i] = (long) (i < count / 2 ? start + stride * i : end - stride * left);
            values[i] = i < count / 2 ? from + fall * i : to - fall * left;
        }
        return new Annealing(updates, values, settings.real("p_start"), settings.real("p_end"));
    }

    /** How many updates there were before a step. */
    private int before(long step) {
        int place = Arrays.binarySearch(updates, step);
        return place < 0 ? -place - 1 : place;
    }

    /** p in a step. */
    double p(long step) {
        int done = before(step);
        return done == 0 ? first : values[done - 1];
    }

    /** The p that follows the one of a step. */
    double next(long step) {
        int done = before(step);
        return done < values.length ? values[done] : last;
    }

    /** Whether penalties of this step are remembered: once p has its first value of the fall. */
    boolean remembers(long step) {
        return step > updates[0];
    }

    /** Whether λ is adapted at the end of this step. */
    boolean adapts(long step) {
        return remembers(step) && Arrays.binarySearch(updates, step) >= 0;
    }

    /** How many steps have been remembered, this one included. */
    long remembered(long step) {
        return step - updates[0];
    }
}

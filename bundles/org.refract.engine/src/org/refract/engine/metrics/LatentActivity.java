package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** How often each latent of one autoencoder is active, and when it last was: two int64 per latent. */
public final class LatentActivity implements AutoCloseable {

    /** Samples without activity after which sdxl-unbox, scripts/train_sae.py, calls a latent not activated. */
    public static final long[] DEAD_AFTER = {10_000, 1_000_000, 10_000_000};

    /** The densities are counted in bins of half a decade, from 10^-7 to 1. */
    private static final int BINS_PER_DECADE = 2;

    private static final int DECADES = 7;

    private final Scope scope;
    private final NDArray counts;
    private final NDArray last;
    private long samples;

    /** @param scope where the counts lie; they are freed with this object */
    public LatentActivity(Scope scope, int latents) {
        this.scope = scope.child();
        this.counts = Tensors.of(this.scope.manager(), new long[latents], latents);
        long[] never = new long[latents];
        java.util.Arrays.fill(never, -1);
        this.last = Tensors.of(this.scope.manager(), never, latents);
    }

    /** Adds a batch; returns each sample's Σ|z| (samples) float64 and number of active latents (samples) int64. */
    NDList add(SparseCodes codes, NDManager step) {
        NDList perSample = ReconstructionMetrics.KERNELS.callList(step, "activity", codes.indices(), codes.values(), counts, last, samples);
        samples += codes.samples();
        return perSample;
    }

    /** Share of the samples in which each latent is active. */
    public double[] densities() {
        double[] densities = Tensors.doubles(counts);
        for (int i = 0; i < densities.length; i++) {
            densities[i] /= samples;
        }
        return densities;
    }

    /** Share of the latents that were active at all (dictionary_learning, evaluation.py, frac_alive). */
    public double alive() {
        double alive = 0;
        long[] all = Tensors.longs(counts);
        for (long count : all) {
            alive += count > 0 ? 1 : 0;
        }
        return alive / all.length;
    }

    /** Share of the latents that were not active in the last {@code after} samples; empty if there were fewer. */
    public OptionalDouble dead(long after) {
        if (samples < after) {
            return OptionalDouble.empty();
        }
        double dead = 0;
        long[] all = Tensors.longs(last);
        for (long when : all) {
            dead += samples - when > after ? 1 : 0;
        }
        return OptionalDouble.of(dead / all.length);
    }

    /** How many latents have a density in [key, key · √10), by the lower bound, ascending; 0 stands for those that were never active. */
    public Map<Double, Integer> histogram() {
        int bins = DECADES * BINS_PER_DECADE;
        int[] counted = new int[bins + 1];
        int never = 0;
        for (double density : densities()) {
            if (density == 0) {
                never++;
            } else {
                counted[Math.clamp((int) Math.floor(BINS_PER_DECADE * (Math.log10(density) + DECADES)), 0, bins)]++;
            }
        }
        Map<Double, Integer> histogram = new LinkedHashMap<>();
        histogram.put(0.0, never);
        for (int bin = 0; bin <= bins; bin++) {
            histogram.put(Math.pow(10, (double) bin / BINS_PER_DECADE - DECADES), counted[bin]);
        }
        return histogram;
    }

    @Override
    public void close() {
        scope.close();
    }
}

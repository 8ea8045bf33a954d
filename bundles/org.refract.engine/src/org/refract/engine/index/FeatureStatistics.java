package org.refract.engine.index;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Running statistics of every latent, on the device, in double precision: how often and how strongly it is active. It takes
 * {@code latents · (4 + bins) · 8} bytes and, while a batch is added, {@code examples · latents · 12} more.
 */
final class FeatureStatistics {
    private static final KernelLibrary KERNELS = KernelLibrary.of(FeatureStatistics.class, "atlas.ts.py");

    private final NDArray counts;
    private final NDArray sums;
    private final NDArray squares;
    private final NDArray peaks;
    private final NDArray bins;
    private long samples;

    FeatureStatistics(Scope scope, int latents) {
        counts = zeros(scope, latents);
        sums = zeros(scope, latents);
        squares = zeros(scope, latents);
        peaks = onDevice(scope, Tensors.zeros(scope.manager(), latents));
        bins = zeros(scope, latents, ActivationBins.COUNT);
    }

    private static NDArray zeros(Scope scope, int... shape) {
        int size = 1;
        long[] sides = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            size *= shape[i];
            sides[i] = shape[i];
        }
        return onDevice(scope, Tensors.of(scope.manager(), new double[size], sides));
    }

    private static NDArray onDevice(Scope scope, NDArray x) {
        return scope.placement().device().equals("cpu") ? x : DTypes.move(scope.manager(), x, scope.placement());
    }

    /**
     * The (example, latent) pairs of a batch in which the latent was active, ordered by example, then latent.
     *
     * @param example row of the batch
     * @param latent  index in the dictionary
     * @param mean    mean activation over the example's positions
     * @param max     largest activation of any of its positions
     */
    record Active(int[] example, int[] latent, double[] mean, float[] max) {
    }

    Active add(Scope scope, SparseCodes codes, int examples) {
        samples += codes.samples();
        NDList active = KERNELS.callList(scope, "accumulate", codes.indices(), codes.values(), examples, counts, sums, squares, peaks, bins,
                (double) ActivationBins.LOWEST_DECADE, (double) ActivationBins.PER_DECADE);
        return new Active(Tensors.ints(active.get(0)), Tensors.ints(active.get(1)), Tensors.doubles(active.get(2)), Tensors.floats(active.get(3)));
    }

    /**
     * What was counted.
     *
     * @param samples positions
     * @param counts  positions with positive activation, per latent
     * @param sums    sums of positive activations
     * @param squares sums of their squares
     * @param peaks   largest activations
     * @param bins    activation histograms, row by row
     */
    record Totals(long samples, double[] counts, double[] sums, double[] squares, float[] peaks, double[] bins) {

        double density(int latent) {
            return samples == 0 ? 0 : counts[latent] / samples;
        }

        double mean(int latent) {
            return counts[latent] == 0 ? 0 : sums[latent] / counts[latent];
        }

        /** Of the positive activations, dividing by their number. */
        double std(int latent) {
            double mean = mean(latent);
            return counts[latent] == 0 ? 0 : Math.sqrt(Math.max(0, squares[latent] / counts[latent] - mean * mean));
        }

        long[] histogram(int latent) {
            long[] positions = new long[ActivationBins.COUNT];
            for (int b = 0; b < positions.length; b++) {
                positions[b] = (long) bins[latent * positions.length + b];
            }
            return positions;
        }
    }

    Totals totals() {
        return new Totals(samples, Tensors.doubles(counts), Tensors.doubles(sums), Tensors.doubles(squares), Tensors.floats(peaks), Tensors.doubles(bins));
    }
}

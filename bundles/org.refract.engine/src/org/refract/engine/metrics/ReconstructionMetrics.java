package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;

/**
 * Collects {@link Metric}s of one autoencoder over any number of batches in memory that does not depend on their number: sums in float64, one
 * row per input channel, and two numbers per latent. Every measure is that of all samples as one batch, so it does not depend on how they were cut.
 */
public final class ReconstructionMetrics {

    static final KernelLibrary KERNELS = KernelLibrary.of(ReconstructionMetrics.class, "metrics.ts.py");

    /** What the kernel sums, in its order. */
    private enum Sum {
        ERROR, VARIANCE, INPUT, OUTPUT, PRODUCT, ERROR_NORM, COSINE, COSINES, LENGTH_RATIO, NORMALISED_ERROR, INPUTS, LEGACY, LEGACIES, NORMALISED_L1
    }

    private final double[] scalars = new double[Sum.values().length];
    private final double[][] columns;
    private final Optional<LatentActivity> activity;
    private final NDArray mean;
    private double l0;
    private double l1;
    private long samples;

    /**
     * @param mean (width) float64, the mean of all samples; the caller keeps it
     * @param activity counts this autoencoder's latents; the caller keeps it
     */
    public ReconstructionMetrics(NDArray mean, LatentActivity activity) {
        this(mean, Optional.of(activity));
    }

    /** Of a part of what a dictionary reconstructs, whose latents are counted elsewhere. */
    ReconstructionMetrics(NDArray mean) {
        this(mean, Optional.empty());
    }

    private ReconstructionMetrics(NDArray mean, Optional<LatentActivity> activity) {
        this.mean = mean;
        this.activity = activity;
        this.columns = new double[4][(int) mean.size()];
    }

    /**
     * Adds a batch.
     *
     * @param x (samples, width) float32, what should be reconstructed
     * @param codes its latents
     * @param y (samples, width) float32, the reconstruction
     */
    public void add(NDArray x, SparseCodes codes, NDArray y) {
        try (NDManager step = x.getManager().newSubManager()) {
            NDList perSample = activity.orElseThrow().add(codes, step);
            add(x, y, perSample.get(0), step);
            l1 += Tensors.scalar(KERNELS.call(step, "total", perSample.get(0)));
            l0 += Tensors.scalar(KERNELS.call(step, "total", perSample.get(1)));
        }
    }

    /** Adds a batch whose latents are counted elsewhere. */
    void add(NDArray x, NDArray y) {
        try (NDManager step = x.getManager().newSubManager()) {
            add(x, y, Tensors.of(step, new double[(int) x.getShape().get(0)]), step);
        }
    }

    private void add(NDArray x, NDArray y, NDArray latents, NDManager step) {
        NDList sums = KERNELS.callList(step, "reconstruction", x, y, mean, latents);
        double[] values = Tensors.doubles(sums.get(0));
        for (int i = 0; i < scalars.length; i++) {
            scalars[i] += values[i];
        }
        double[] perColumn = Tensors.doubles(sums.get(1));
        int width = columns[0].length;
        for (int i = 0; i < perColumn.length; i++) {
            columns[i / width][i % width] += perColumn[i];
        }
        samples += x.getShape().get(0);
    }

    /** The measures of all samples that were added, in the order of {@link Metric}; NaN where a formula divides by zero. */
    public Map<Metric, Double> values() {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        double n = samples;
        double fvu = of(Sum.ERROR) / of(Sum.VARIANCE);
        values.put(Metric.FRAC_VARIANCE_EXPLAINED, 1 - variances(1) / variances(3));
        values.put(Metric.EXPLAINED_VARIANCE_SAELENS, 1 - fvu);
        values.put(Metric.EXPLAINED_VARIANCE_SAELENS_LEGACY, 1 - of(Sum.LEGACY) / of(Sum.LEGACIES));
        double squares = of(Sum.INPUT) / n;
        values.put(Metric.EXPLAINED_VARIANCE_SAELENS_EVALS, 1 - of(Sum.ERROR) / n / (squares - Math.pow(squares / columns[0].length, 2)));
        values.put(Metric.EXPLAINED_VARIANCE_SDXL_UNBOX, perChannel());
        values.put(Metric.FVU_SPARSIFY, fvu);
        values.put(Metric.NORMALIZED_MSE_OPENAI, of(Sum.NORMALISED_ERROR) / of(Sum.INPUTS));
        values.put(Metric.MSE, of(Sum.ERROR) / n / columns[0].length);
        values.put(Metric.L2_LOSS, of(Sum.ERROR_NORM) / n);
        values.put(Metric.COSSIM, of(Sum.COSINE) / of(Sum.COSINES));
        values.put(Metric.L2_RATIO, of(Sum.LENGTH_RATIO) / of(Sum.INPUTS));
        values.put(Metric.RELATIVE_RECONSTRUCTION_BIAS, of(Sum.OUTPUT) / of(Sum.PRODUCT));
        if (activity.isPresent()) {
            values.put(Metric.L0, l0 / n);
            values.put(Metric.L1, l1 / n);
            values.put(Metric.NORMALIZED_L1_OPENAI, of(Sum.NORMALISED_L1) / of(Sum.INPUTS));
        }
        return new LinkedHashMap<>(values);
    }

    private double of(Sum sum) {
        return scalars[sum.ordinal()];
    }

    /** Σ over channels of the unbiased variance, of the squares in row {@code squares} and the sums in the row before. */
    private double variances(int squares) {
        double sum = 0;
        for (int c = 0; c < columns[0].length; c++) {
            sum += deviations(squares, c) / (samples - 1);
        }
        return sum;
    }

    private double deviations(int squares, int channel) {
        return columns[squares][channel] - columns[squares - 1][channel] * columns[squares - 1][channel] / samples;
    }

    private double perChannel() {
        double sum = 0;
        for (int c = 0; c < columns[0].length; c++) {
            sum += 1 - deviations(1, c) / samples / (deviations(3, c) / samples + Metric.SDXL_UNBOX_EPSILON);
        }
        return sum / columns[0].length;
    }
}

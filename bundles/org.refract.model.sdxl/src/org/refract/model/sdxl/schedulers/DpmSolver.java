package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What DPM-Solver's two forms share: they remember what the U-Net said, and a step is a weighted sum of that, a sample and fresh noise. */
abstract class DpmSolver extends LevelSolver {

    private final DpmOptions options;
    private final Kept said;

    DpmSolver(SigmaSteps steps, Prediction prediction, Clipping clipping, DpmOptions options, NDManager owner) {
        super(steps, prediction, clipping);
        this.options = options;
        this.said = new Kept(owner, options.order());
    }

    final DpmOptions options() {
        return options;
    }

    @Override
    public final boolean drawsNoise(int i) {
        return options.algorithm().isStochastic();
    }

    /** Remembers what the U-Net says at a call, as the algorithm wants it: the predicted sample, or the noise. */
    final void remember(int i, NDArray modelOutput, NDArray sample) {
        said.add(options.algorithm().ofSample()
                ? predictedOriginal(said.owner(), i, modelOutput, sample)
                : predictedNoise(said.owner(), i, modelOutput, sample));
    }

    /** How many calls are remembered, at most as many as the order. */
    final int remembered() {
        return said.size();
    }

    /** {@code keep · start + Σ ofSaid · said + noise · n}, what was said last first. */
    final NDArray combined(NDManager out, NDArray start, DpmWeights w, double[] ofSaid, Optional<NDArray> noise) {
        List<NDArray> terms = new ArrayList<>(List.of(start));
        terms.addAll(said.all().subList(0, ofSaid.length));
        double[] weights = new double[ofSaid.length + (noise.isPresent() ? 2 : 1)];
        weights[0] = w.keep();
        System.arraycopy(ofSaid, 0, weights, 1, ofSaid.length);
        if (noise.isPresent()) {
            terms.add(noise.get());
            weights[weights.length - 1] = w.noise();
        }
        return Kernels.sum(out, terms, weights);
    }
}

package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDManager;

/** What solvers share that go through the middle of a step down below its end and come back to that by fresh noise. */
abstract class AncestralMiddleSolver extends MiddleSolver {

    private final double eta;

    /**
     * @param whole one timestep and sigma per step
     * @param eta   share of fresh noise, 0 to 1
     */
    AncestralMiddleSolver(Discretization levels, Prediction prediction, SigmaSteps whole, double eta, NDManager owner) {
        super(levels, prediction, MiddleSteps.of(levels, whole, (from, to) -> AncestralStep.of(from, to, eta).down()), owner);
        this.eta = eta;
    }

    @Override
    public final boolean drawsNoise(int i) {
        return eta > 0 && i % 2 == 1;
    }

    /** The whole step that ends with call {@code i}, which is odd. */
    final AncestralStep endingWith(int i) {
        return AncestralStep.of(sigma(i - 1), sigma(i), eta);
    }
}

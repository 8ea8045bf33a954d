package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** What solvers share that look at the middle of a step before they take it: an even call leads there, the odd one after it to the end. */
abstract class MiddleSolver extends SigmaSolver {

    private final float[] input;
    private final Kept start;

    MiddleSolver(Discretization levels, Prediction prediction, MiddleSteps steps, NDManager owner) {
        super(levels, prediction, steps.calls(), Clipping.NONE);
        this.input = steps.input();
        this.start = new Kept(owner, 1);
    }

    @Override
    public final int order() {
        return 2;
    }

    @Override
    final float inputSigma(int i) {
        return input[i];
    }

    /** Keeps the sample that a step begins with. */
    final void begin(NDArray sample) {
        start.add(Kernels.SCHEDULERS.call(start.owner(), "same", sample));
    }

    /** The sample that the step began with. */
    final NDArray start() {
        return start.get(0);
    }
}

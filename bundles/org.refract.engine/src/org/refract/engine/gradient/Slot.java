package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** A tensor that a recorded operation read or made, and what is known of its gradient. */
final class Slot {

    private final NDManager home;
    private final boolean tracked;
    private final boolean kept;
    private NDArray held;
    private NDArray gradient;

    /**
     * @param home    owns the value and its gradient
     * @param tracked whether the objective's gradient is wanted here, because a watched value goes into it
     * @param kept    whether it outlives the operations that use it
     */
    Slot(NDManager home, boolean tracked, boolean kept) {
        this.home = home;
        this.tracked = tracked;
        this.kept = kept;
    }

    boolean isTracked() {
        return tracked;
    }

    /** Keeps the memory of a tensor, which its owner may close. */
    void hold(NDArray tensor) {
        if (held == null) {
            held = Calculus.same(home, tensor);
        }
    }

    NDArray held() {
        return held;
    }

    boolean hasGradient() {
        return gradient != null;
    }

    /** The gradient, zeros if nothing depends on the value. */
    NDArray gradient() {
        if (gradient == null) {
            gradient = Calculus.zeros(home, held);
        }
        return gradient;
    }

    /** Adds to the gradient. */
    void add(NDArray more) {
        if (gradient == null) {
            gradient = Calculus.same(home, more);
        } else {
            NDArray before = gradient;
            gradient = Calculus.total(home, before, more);
            before.close();
        }
    }

    /** Lets go of the value and its gradient, unless they are kept. */
    void free() {
        if (kept) {
            return;
        }
        if (held != null) {
            held.close();
            held = null;
        }
        if (gradient != null) {
            gradient.close();
            gradient = null;
        }
    }
}

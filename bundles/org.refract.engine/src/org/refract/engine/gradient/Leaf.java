package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import java.util.function.IntPredicate;
import org.refract.api.model.HookPoint;

/** Something to differentiate by. */
public sealed interface Leaf {

    /**
     * The values that pass a hook point; memory for them and their gradients is needed.
     *
     * @param steps in which steps of the run, from 0
     */
    record Value(HookPoint point, IntPredicate steps) implements Leaf {

        /** In every step. */
        public Value(HookPoint point) {
            this(point, step -> true);
        }
    }

    /**
     * A tensor that kernels of the run read as this very object, however often. What hooks and the objective do with it is not differentiated.
     *
     * @param tensor of numbers with a fraction
     */
    record Parameter(NDArray tensor) implements Leaf {
    }
}

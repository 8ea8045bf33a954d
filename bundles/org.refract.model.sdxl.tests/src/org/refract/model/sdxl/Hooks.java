package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.engine.tensor.Tensors;

/** Hooks for tests. */
public final class Hooks {

    private Hooks() {
    }

    /** Reads a value and changes nothing. */
    public static Hook reader(HookPoint point, Consumer<float[]> seen) {
        return of(point, (pass, value) -> {
            seen.accept(Tensors.floats(value));
            return value;
        });
    }

    public static Hook of(HookPoint point, BiFunction<Pass, NDArray, NDArray> action) {
        return new Hook() {
            @Override
            public HookPoint point() {
                return point;
            }

            @Override
            public NDArray apply(Pass pass, NDArray value) {
                return action.apply(pass, value);
            }
        };
    }
}

package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.api.sae.Sae;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Positions;

/**
 * Replaces a value by its reconstruction, at every position and in every row of a guided batch, so that the model goes on with what the dictionary
 * kept of it.
 *
 * @param point where
 * @param sae the dictionary of that place
 */
public record ReconstructionHook(HookPoint point, Sae sae) implements Hook {

    static final KernelLibrary KERNELS = KernelLibrary.of(ReconstructionHook.class, "recovery.ts.py");

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        try (NDManager step = value.getManager().newSubManager()) {
            NDArray shaped = KERNELS.call(step, "shaped", value, sae.reconstruct(Positions.rows(step, value)));
            shaped.attach(value.getManager());
            return shaped;
        }
    }

    /** Replaces a value by zeros. */
    static Hook zero(HookPoint point) {
        return new Hook() {
            @Override
            public HookPoint point() {
                return point;
            }

            @Override
            public NDArray apply(Pass pass, NDArray value) {
                return KERNELS.call(value.getManager(), "zero", value);
            }
        };
    }
}

package org.refract.engine.unpack;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.engine.kernel.KernelLibrary;

/**
 * Takes a block out: its output becomes its input (sdxl-unbox, utils/hooks.py, {@code ablate_block}).
 *
 * @param point the block's update
 */
record ZeroUpdate(HookPoint point) implements Hook {
    private static final KernelLibrary KERNELS = KernelLibrary.of(ZeroUpdate.class, "survey.ts.py");

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        return KERNELS.call(value.getManager(), "zero", value);
    }
}

package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelLibrary;

/** Finds the numbers that would become a black picture. */
final class NotFinite {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    private NotFinite() {
    }

    /** Whether a tensor holds a NaN or an infinity. */
    static boolean in(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return Float.isNaN(KERNELS.call(step, "nothing", x).getFloat());
        }
    }

    /**
     * @param where the beginning of a sentence that says whose numbers these are
     * @throws RefractException if there are any
     */
    static void check(NDArray x, String where) throws RefractException {
        if (in(x)) {
            throw RefractException.usage("%s numbers that are not finite (NaN or infinite); "
                    + "compute in fp32, take weaker adapters or hooks, or load the weights again.", where);
        }
    }
}

package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.options.GuidanceOptions;

/**
 * Classifier-free guidance: {@code u + s (c - u)}, in the steps that have any, rescaled by a share φ to the standard deviation of {@code c}.
 *
 * @param scale   s
 * @param options φ, and the part of the steps
 * @param calls   calls of the U-Net in the run
 * @param order   calls per step, which are guided alike
 */
record Guidance(double scale, GuidanceOptions options, int calls, int order) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    static Guidance of(ImageRequest request, int calls, int order) throws RefractException {
        return new Guidance(request.guidance(), GuidanceOptions.of(request.options()), calls, order);
    }

    /** Whether the U-Net is asked about the unconditional half in a call. */
    boolean at(int call) {
        return scale > 1 && options.guides(call / order * order, calls);
    }

    /** Whether any call is guided. */
    boolean anywhere() {
        return IntStream.range(0, calls).anyMatch(this::at);
    }

    /** Whether every call is guided. */
    boolean everywhere() {
        return IntStream.range(0, calls).allMatch(this::at);
    }

    /** The guided prediction out of both halves, the unconditional one first. */
    NDArray combine(Scope step, NDArray halves) {
        return options.rescale() > 0
                ? KERNELS.call(step, "guided_and_rescaled", halves, scale, options.rescale())
                : KERNELS.call(step, "guided", halves, scale);
    }
}

package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;

/**
 * A number made of what a model makes, to be differentiated.
 *
 * @param target   what it is made of
 * @param function from the target's value to one number, a tensor of one element, written with kernels or with those operations of {@link
 *                 NDArray} that PyTorch differentiates (not with DJL's casts and copies); called on the device's thread
 */
public record Objective(Target target, UnaryOperator<NDArray> function) {

    /** What an objective looks at. */
    public sealed interface Target {

        /** The final latents, {@code (batch, channels, h, w)} float32. */
        record Latents() implements Target {
        }

        /** The pictures, {@code (batch, 3, height, width)} float32 in [0, 1]; where a value was cut off there, its gradient is 0. */
        record Images() implements Target {
        }

        /**
         * The value at a hook point, say the prediction of the U-Net ({@code unet:output}), guided rows first unconditional, then conditional.
         *
         * @param step which denoising step, from 0
         */
        record At(HookPoint point, int step) implements Target {
        }
    }

    /** Of the final latents. */
    public static Objective ofLatents(UnaryOperator<NDArray> function) {
        return new Objective(new Target.Latents(), function);
    }

    /** Of the pictures. */
    public static Objective ofImages(UnaryOperator<NDArray> function) {
        return new Objective(new Target.Images(), function);
    }

    /** Of the value at a hook point in one step. */
    public static Objective at(HookPoint point, int step, UnaryOperator<NDArray> function) {
        return new Objective(new Target.At(point, step), function);
    }
}

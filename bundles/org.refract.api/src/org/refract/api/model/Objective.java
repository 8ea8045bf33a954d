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

        /** An output of the run, by the name that the model gives it. */
        record Output(String name) implements Target {
        }

        /**
         * The value at a hook point, say the prediction of the U-Net ({@code unet:output}), guided rows first unconditional, then conditional.
         *
         * @param step which denoising step, from 0
         */
        record At(HookPoint point, int step) implements Target {
        }
    }

    /** The final latents of an image model, {@code (batch, channels, h, w)} float32. */
    public static final String LATENTS = "latents";

    /** Its pictures, {@code (batch, 3, height, width)} float32 in [0, 1]; where a value was cut off there, its gradient is 0. */
    public static final String IMAGES = "images";

    /** Of an output of the run. */
    public static Objective of(String output, UnaryOperator<NDArray> function) {
        return new Objective(new Target.Output(output), function);
    }

    /** An output that is one number already, such as a loss. */
    public static Objective of(String output) {
        return of(output, number -> number);
    }

    /** Of the final latents. */
    public static Objective ofLatents(UnaryOperator<NDArray> function) {
        return of(LATENTS, function);
    }

    /** Of the pictures. */
    public static Objective ofImages(UnaryOperator<NDArray> function) {
        return of(IMAGES, function);
    }

    /** Of the value at a hook point in one step. */
    public static Objective at(HookPoint point, int step, UnaryOperator<NDArray> function) {
        return new Objective(new Target.At(point, step), function);
    }
}

package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.schedulers.Solver;

/** How the part of a picture that stays takes part in the denoising (diffusers: {@code StableDiffusionXLInpaintPipeline}). */
sealed interface Inpainting {

    KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    /** Whether a model's U-Net was trained to inpaint: it sees a mask and the rest of the picture beside the latents. */
    static boolean seenBy(SdxlParts parts) {
        return parts.unet().config().inChannels() > parts.vae().config().latentChannels();
    }

    /** What the U-Net gets to see, from the scaled sample {@code (rows, channels, h, w)}. */
    NDArray modelInput(Scope step, NDArray scaled);

    /**
     * The sample with what stays put back.
     *
     * @param next   index of the call that follows
     * @param last   whether none follows in this run
     * @param sample what the solver made
     */
    NDArray after(Scope step, Solver solver, int next, boolean last, NDArray sample);

    /** Nothing stays. */
    record Everywhere() implements Inpainting {
        @Override
        public NDArray modelInput(Scope step, NDArray scaled) {
            return scaled;
        }

        @Override
        public NDArray after(Scope step, Solver solver, int next, boolean last, NDArray sample) {
            return sample;
        }
    }

    /**
     * For a U-Net that knows nothing of masks: after each call what stays is the picture with the noise of that moment, at the end the picture.
     *
     * @param original clean latents
     * @param noise    the noise that the run began with
     * @param mask     {@code (1 or batch, 1, h, w)}, 1 where the picture is drawn anew
     */
    record Blending(NDArray original, NDArray noise, NDArray mask) implements Inpainting {
        @Override
        public NDArray modelInput(Scope step, NDArray scaled) {
            return scaled;
        }

        @Override
        public NDArray after(Scope step, Solver solver, int next, boolean last, NDArray sample) {
            NDArray stays = last ? original : solver.addNoise(step.manager(), next, original, noise);
            return KERNELS.call(step, "blended", stays, sample, mask);
        }
    }

    /**
     * For a U-Net that was trained to inpaint: it sees the mask and what stays beside the sample.
     *
     * @param seen {@code (batch, 1 + channels, h, w)}: mask, then latents of the picture with the masked part grey
     */
    record Seeing(NDArray seen) implements Inpainting {
        @Override
        public NDArray modelInput(Scope step, NDArray scaled) {
            long times = scaled.getShape().get(0) / seen.getShape().get(0);
            return KERNELS.call(step, "stacked", scaled, times == 1 ? seen : KERNELS.call(step, "twice", seen));
        }

        @Override
        public NDArray after(Scope step, Solver solver, int next, boolean last, NDArray sample) {
            return sample;
        }
    }
}

package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.schedulers.Solver;
import org.refract.nn.HookTable;

/**
 * What a run begins with: noise, the latents of an earlier stage, or a picture with noise (SDEdit; diffusers: {@code prepare_latents}). Noise
 * is drawn in the order in which diffusers draws it, so a seed gives the picture that it gives there.
 *
 * @param sample     {@code (batch, channels, h, w)} float32
 * @param first      index of the first call of the U-Net
 * @param inpainting what stays of the picture
 */
record Beginning(NDArray sample, int first, Inpainting inpainting) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    /** @throws RefractException if the VAE gives numbers that are not finite, or strength and steps leave nothing to do */
    static Beginning of(ImageRequest request, SdxlParts parts, Autoencoding vae, Solver solver, Draws noise, HookTable hooks, Monitor monitor,
            Scope run) throws RefractException {
        Stage stage = request.stage();
        int first = first(request, parts, solver);
        if (request.start().isPresent()) {
            StartImage start = request.start().get();
            StartPicture picture = new StartPicture(request, vae, noise, hooks, monitor, run);
            Source source = new Source(solver, noise, first, stage.start() == 0, start.strength() == 1, run);
            if (start.mask().isEmpty()) {
                NDArray clean = picture.clean();
                NDArray sample = source.noised ? source.withNoise(clean, noise.next(run.manager())) : DTypes.copy(run.manager(), clean);
                return new Beginning(sample, first, new Inpainting.Everywhere());
            }
            NDArray mask = KERNELS.call(run, "binary", placed(start.mask().get(), run));
            return Inpainting.seenBy(parts) ? seeing(picture, mask, source) : blending(picture, mask, source);
        }
        NDArray sample = stage.latents().isPresent()
                ? DTypes.copy(run.manager(), placed(stage.latents().get(), run))
                : KERNELS.call(run, "scaled", noise.next(run.manager()), solver.initNoiseSigma());
        return new Beginning(sample, first, new Inpainting.Everywhere());
    }

    private static int first(ImageRequest request, SdxlParts parts, Solver solver) throws RefractException {
        Stage stage = request.stage();
        if (stage.start() > 0) {
            return solver.firstBelow(StageSteps.cutoff(stage.start(), parts.scheduler().numTrainTimesteps()));
        }
        if (request.start().isEmpty()) {
            return 0;
        }
        double strength = request.start().get().strength();
        int first = solver.first(request.steps(), strength);
        if (first >= solver.timesteps().length) {
            throw RefractException.usage("A strength of %s in %d steps is less than one step; raise the strength or the steps.", strength,
                    request.steps());
        }
        return first;
    }

    /** How a clean sample becomes the first one. */
    private record Source(Solver solver, Draws noise, int first, boolean noised, boolean full, Scope run) {

        /** At full strength a masked picture begins with noise alone. */
        private boolean fromNoise() {
            return full && noised;
        }

        private NDArray withNoise(NDArray clean, NDArray drawn) {
            return noised ? solver.addNoise(run.manager(), first, clean, drawn) : DTypes.copy(run.manager(), clean);
        }

        private NDArray scaled(NDArray drawn) {
            return KERNELS.call(run, "scaled", drawn, solver.initNoiseSigma());
        }
    }

    private static Beginning blending(StartPicture picture, NDArray mask, Source source) throws RefractException {
        NDArray clean = picture.clean();
        NDArray drawn = source.noise.next(source.run.manager());
        if (!picture.isLatents()) {
            source.noise.skip();
        }
        NDArray sample = source.fromNoise() ? source.scaled(drawn) : source.withNoise(clean, drawn);
        return new Beginning(sample, source.first, new Inpainting.Blending(clean, drawn, small(mask, clean, source.run)));
    }

    private static Beginning seeing(StartPicture picture, NDArray mask, Source source) throws RefractException {
        NDArray sample = source.fromNoise()
                ? source.scaled(source.noise.next(source.run.manager()))
                : source.withNoise(picture.clean(), source.noise.next(source.run.manager()));
        NDArray rows = KERNELS.call(source.run, "spread", small(mask, sample, source.run), sample.getShape().get(0));
        NDArray seen = KERNELS.call(source.run, "stacked", rows, picture.masked(mask));
        return new Beginning(sample, source.first, new Inpainting.Seeing(seen));
    }

    /** The mask in the size of latents, by the pixel in the corner of each position (diffusers: nearest). */
    private static NDArray small(NDArray mask, NDArray like, Scope run) {
        return KERNELS.call(run, "mask_of_latents", mask, new long[] {like.getShape().get(2), like.getShape().get(3)});
    }

    private static NDArray placed(NDArray tensor, Scope run) {
        return run.placement().device().equals("cpu") ? tensor : DTypes.move(run.manager(), tensor, run.placement());
    }
}

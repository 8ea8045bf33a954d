package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.options.VaeOptions;
import org.refract.nn.HookTable;

/**
 * The picture of an image-to-image request as latents of all its rows. Each encoding of a picture draws one noise, from which latents are
 * sampled.
 */
final class StartPicture {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    private final ImageRequest request;
    private final NDArray image;
    private final boolean latents;
    private final Autoencoding vae;
    private final Draws noise;
    private final HookTable hooks;
    private final Monitor monitor;
    private final Scope run;

    /** @param request with a start that was checked */
    StartPicture(ImageRequest request, Autoencoding vae, Draws noise, HookTable hooks, Monitor monitor, Scope run) {
        this.request = request;
        this.vae = vae;
        this.noise = noise;
        this.hooks = hooks;
        this.monitor = monitor;
        this.run = run;
        NDArray given = request.start().orElseThrow().image();
        this.latents = given.getShape().get(1) == vae.vae().config().latentChannels();
        NDArray placed = DTypes.place(run.manager(), given, new Placement(run.placement().device(), Placement.DType.FP32));
        this.image = latents ? placed : KERNELS.call(run, "centred", placed);
    }

    /** Whether latents were given in place of a picture, so that nothing is encoded. */
    boolean isLatents() {
        return latents;
    }

    /** Latents of the picture, {@code (batch, channels, h, w)} float32 as the U-Net wants them. */
    NDArray clean() throws RefractException {
        return latents ? spread(image) : encoded(image);
    }

    /**
     * Latents of the picture with grey where it is drawn anew.
     *
     * @param mask {@code (1 or batch, 1, height, width)} of zeros and ones
     */
    NDArray masked(NDArray mask) throws RefractException {
        return encoded(KERNELS.call(run, "kept", image, mask));
    }

    private NDArray encoded(NDArray picture) throws RefractException {
        Pass pass = new Pass(0, request.steps(), 0, (int) picture.getShape().get(0), false);
        NDArray moments = vae.encode(picture, VaeOptions.of(request.options()), hooks, pass, monitor, run);
        return vae.vae().latents(run.manager(), spread(moments), noise.next(run.manager()));
    }

    private NDArray spread(NDArray rows) {
        return KERNELS.call(run, "spread", rows, request.prompts().size());
    }
}

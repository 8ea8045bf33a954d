package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Pass;
import org.refract.api.model.PixelOutput;
import org.refract.api.model.PixelRequest;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.options.SdxlOptions;
import org.refract.model.sdxl.options.VaeOptions;
import org.refract.nn.HookTable;

/**
 * What the VAE makes of pictures: the mean of the latents' distribution, scaled as the U-Net wants them, and the pictures again (diffusers:
 * {@code vae.encode(x).latent_dist.mode()} and {@code vae.decode}).
 */
final class Looking {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SdxlModel.class, "pipeline.ts.py");

    private Looking() {
    }

    static PixelOutput at(PixelRequest request, Autoencoding vae, HookTable hooks, Monitor monitor, Scope run, NDManager owner) throws RefractException {
        check(request.pictures().getShape(), vae.vae().config().scaleFactor());
        SdxlOptions.check(request);
        VaeOptions options = VaeOptions.of(request.options());
        Pass pass = new Pass(0, 1, 0, request.examples(), false);
        monitor.stage("Looking at pictures", request.examples());
        NDArray placed = DTypes.place(run.manager(), request.pictures(), new Placement(run.placement().device(), Placement.DType.FP32));
        NDArray moments = vae.encode(KERNELS.call(run, "centred", placed), options, hooks, pass, monitor, run);
        long[] shape = moments.getShape().getShape();
        NDArray none = DTypes.place(run.manager(), Tensors.zeros(run.manager(), shape[0], shape[1] / 2, shape[2], shape[3]),
                new Placement(run.placement().device(), Placement.DType.FP32));
        NDArray latents = vae.vae().latents(run.manager(), moments, none);
        Optional<NDArray> again = request.rebuild() ? Optional.of(vae.decode(latents, options, hooks, pass, monitor, run)) : Optional.empty();
        monitor.advance(request.examples());
        latents.attach(owner);
        again.ifPresent(pictures -> pictures.attach(owner));
        return new PixelOutput(latents, again);
    }

    private static void check(Shape shape, int multiple) throws RefractException {
        if (shape.dimension() != 4 || shape.get(1) != 3 || shape.get(2) % multiple != 0 || shape.get(3) % multiple != 0 || shape.size() == 0) {
            throw RefractException.usage("Pictures of shape %s cannot be encoded: they are (batch, 3, height, width), height and width multiples of %d.", shape,
                    multiple);
        }
    }
}

package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Pass;
import org.refract.model.sdxl.options.VaeOptions;
import org.refract.engine.tensor.LatentColours;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.model.sdxl.vae.VaeConfig;
import org.refract.nn.HookTable;

/**
 * Small pictures of the denoising as it goes on, by a linear map from latents to colours in place of the VAE. For SDXL's own VAE it is a
 * published one; any other VAE is asked once for the colours of random latents, and the map is fitted to its answer.
 */
final class Preview {

    /** Shape and scale of SDXL's VAE. */
    private static final List<Integer> SDXL_CHANNELS = List.of(128, 256, 512, 512);
    private static final double SDXL_SCALING = 0.13025;
    /** ComfyUI, comfy/latent_formats.py, SDXL: colours in [-1, 1] of each channel of scaled latents, and what is added. */
    private static final LatentColours SDXL = new LatentColours(new double[][] {
        {0.3651, 0.4232, 0.4341}, {-0.2533, -0.0042, 0.1068}, {0.1076, 0.1111, -0.0362}, {-0.3165, -0.2492, -0.2188}
    }, new double[] {0.1084, -0.0175, -0.0011});
    /** Side of the latents that another VAE is asked about, and how many positions of them share a colour. */
    private static final int SIDE = 16;
    private static final int PATCH = 4;

    private final Autoencoding vae;
    private Optional<LatentColours> colours = Optional.empty();

    Preview(Autoencoding vae) {
        this.vae = vae;
    }

    /** Previews for whoever listens, from the first call of the U-Net on. */
    Optional<Consumer<NDArray>> on(Monitor monitor, Scope run) throws RefractException {
        if (!monitor.wantsPreviews()) {
            return Optional.empty();
        }
        if (colours.isEmpty()) {
            colours = Optional.of(isSdxl(vae.vae().config()) ? SDXL : fitted(run));
        }
        LatentColours known = colours.get();
        return Optional.of(original -> monitor.preview(known.picture(original)));
    }

    private static boolean isSdxl(VaeConfig config) {
        return config.blockOutChannels().equals(SDXL_CHANNELS) && config.scalingFactor() == SDXL_SCALING && config.latentsMean().isEmpty();
    }

    private LatentColours fitted(Scope run) throws RefractException {
        try (Scope step = run.child()) {
            int channels = vae.vae().config().latentChannels();
            NDArray latents = Tensors.of(step.manager(), patches(channels), 1, channels, SIDE, SIDE);
            NDArray pictures = vae.decode(latents, VaeOptions.DEFAULT, HookTable.EMPTY, new Pass(0, 1, 0, 1, false), Monitor.silent(), step);
            return LatentColours.fitted(latents, pictures);
        }
    }

    /** Patches of one random colour, as pictures have areas of one colour, with a little noise on them. */
    private static float[] patches(int channels) {
        TorchRandom random = new TorchRandom(0);
        float[] coarse = random.randn(channels * (SIDE / PATCH) * (SIDE / PATCH));
        float[] fine = random.randn(channels * SIDE * SIDE);
        for (int i = 0; i < fine.length; i++) {
            int row = i / SIDE % SIDE / PATCH;
            int column = i % SIDE / PATCH;
            int channel = i / (SIDE * SIDE);
            fine[i] = 0.3f * fine[i] + coarse[(channel * (SIDE / PATCH) + row) * (SIDE / PATCH) + column];
        }
        return fine;
    }
}

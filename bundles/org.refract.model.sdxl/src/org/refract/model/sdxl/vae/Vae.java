package org.refract.model.sdxl.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.model.sdxl.block.Blocks;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Conv2d;

/** {@code AutoencoderKL}: pictures in [-1, 1] to the moments of a normal distribution of latents, and latents to pictures. */
public final class Vae extends Module {

    private static final KernelLibrary MOMENTS = KernelLibrary.of(Vae.class, "moments.ts.py");

    private final VaeConfig config;
    private final VaeCoder encoder;
    private final Optional<Conv2d> quantConv;
    private final Optional<Conv2d> postQuantConv;
    private final VaeCoder decoder;

    public Vae(String path, VaeConfig config) {
        super(path, "AutoencoderKL", config.outChannels(), Layout.SPATIAL, config.inChannels() == config.outChannels());
        this.config = config;
        int moments = 2 * config.latentChannels();
        encoder = child(VaeCoder.encoder(path("encoder"), config));
        quantConv = config.quantConv() ? Optional.of(child(Conv2d.same(path("quant_conv"), moments, moments, 1))) : Optional.empty();
        postQuantConv = config.postQuantConv()
                ? Optional.of(child(Conv2d.same(path("post_quant_conv"), config.latentChannels(), config.latentChannels(), 1)))
                : Optional.empty();
        decoder = child(VaeCoder.decoder(path("decoder"), config));
    }

    @Override
    public boolean isHookable() {
        return false;
    }

    public VaeConfig config() {
        return config;
    }

    /** Side of a tile in pixels, where a picture is computed in tiles. */
    public int tile() {
        return Tiling.of(config).picture();
    }

    /** An autoencoder of the same shape without weights. */
    public Vae empty() {
        return new Vae(path(), config);
    }

    /**
     * @param image {@code (batch, 3, height, width)} in [-1, 1]
     * @return {@code (batch, 2 · latentChannels, h, w)}: mean, then log variance (not clamped), of unscaled latents
     */
    public NDArray encode(Forward run, NDArray image) {
        return run.scoped(step -> {
            NDArray h = encoder.forward(step, step.call("channels_last", image));
            return quantConv.isPresent() ? quantConv.get().forward(step, h) : h;
        });
    }

    /** As {@link #encode}, in overlapping tiles where the picture is larger than one. */
    public NDArray encodeTiled(Forward run, NDArray image) {
        Tiling tiling = Tiling.of(config);
        return tiling.dividesPictures(image) ? run.scoped(step -> tiling.encoded(step, image, this::encode)) : encode(run, image);
    }

    /**
     * @param latents {@code (batch, latentChannels, h, w)}, as the scheduler left them
     * @return {@code (batch, 3, height, width)}, about [-1, 1] and not clamped
     */
    public NDArray decode(Forward run, NDArray latents) {
        return run.scoped(step -> decodeUnscaled(step, unscaled(step, latents)));
    }

    /** As {@link #decode}, in overlapping tiles where the latents are larger than one. */
    public NDArray decodeTiled(Forward run, NDArray latents) {
        Tiling tiling = Tiling.of(config);
        return tiling.dividesLatents(latents)
                ? run.scoped(step -> tiling.decoded(step, unscaled(step, latents), this::decodeUnscaled))
                : decode(run, latents);
    }

    /** As {@link #decode}, from latents that were not scaled for the U-Net. */
    public NDArray decodeUnscaled(Forward run, NDArray latents) {
        return run.scoped(step -> {
            NDArray z = step.call("channels_last", latents);
            return decoder.forward(step, postQuantConv.isPresent() ? postQuantConv.get().forward(step, z) : z);
        });
    }

    /**
     * Latents as the U-Net wants them, drawn from what {@link #encode} found.
     *
     * @param moments {@code (batch, 2 · latentChannels, h, w)} float32
     * @param noise   {@code (batch, latentChannels, h, w)} unit noise
     */
    public NDArray latents(NDManager owner, NDArray moments, NDArray noise) {
        return scaled(owner, MOMENTS.call(owner, "drawn", moments, noise));
    }

    private NDArray scaled(NDManager owner, NDArray latents) {
        return config.latentsMean().isEmpty()
                ? MOMENTS.call(owner, "times", latents, config.scalingFactor())
                : MOMENTS.call(owner, "standardised", latents, numbers(config.latentsMean()), numbers(config.latentsStd()), config.scalingFactor());
    }

    private NDArray unscaled(Forward run, NDArray latents) {
        return config.latentsMean().isEmpty()
                ? run.call(Blocks.KERNELS, "divided", latents, config.scalingFactor())
                : run.call(Blocks.KERNELS, "unstandardised", latents, numbers(config.latentsMean()), numbers(config.latentsStd()), config.scalingFactor());
    }

    private static double[] numbers(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

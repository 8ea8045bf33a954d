package org.refract.model.sdxl.vae;

import java.util.List;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.engine.tensor.Lanes;
import org.refract.nn.ConfigFile;

/**
 * {@code vae/config.json}.
 *
 * @param inChannels      channels of a picture
 * @param outChannels     channels of a decoded picture
 * @param latentChannels  channels of latents
 * @param blockOutChannels channels of each block, first the one at full size
 * @param layersPerBlock  residual blocks of an encoder block; a decoder block has one more
 * @param normNumGroups   groups of the group norms
 * @param midAttention    whether the mid blocks attend
 * @param quantConv       whether moments pass a last 1x1 convolution
 * @param postQuantConv   whether latents pass a first 1x1 convolution
 * @param scalingFactor   latents are multiplied by it for the U-Net
 * @param latentsMean     mean of each latent channel, empty where latents are scaled alone
 * @param latentsStd      standard deviation of each latent channel, empty where latents are scaled alone
 * @param sampleSize      side in pixels of the pictures it was trained on
 * @param forceUpcast     whether it overflows in float16 and must compute in float32
 */
public record VaeConfig(int inChannels, int outChannels, int latentChannels, List<Integer> blockOutChannels, int layersPerBlock,
        int normNumGroups, boolean midAttention, boolean quantConv, boolean postQuantConv, double scalingFactor, List<Double> latentsMean,
        List<Double> latentsStd, int sampleSize, boolean forceUpcast) {

    /** Whether every level is small for pictures of this height and width, so that lanes are for it. */
    public boolean isSmall(long height, long width) {
        return IntStream.range(0, blockOutChannels.size()).allMatch(i -> Lanes.areFor((height >> i) * (width >> i), blockOutChannels.get(i)));
    }

    /** @throws RefractException if a value is missing or asks for something that this autoencoder does not have */
    public static VaeConfig read(ConfigFile file) throws RefractException {
        List<Integer> channels = file.integers("block_out_channels");
        if (!file.text("act_fn", "silu").equals("silu")) {
            throw file.wrong("act_fn", "'silu'");
        }
        VaeConfig config = new VaeConfig(file.integer("in_channels", 3), file.integer("out_channels", 3), file.integer("latent_channels", 4),
                channels, file.integer("layers_per_block", 1), file.integer("norm_num_groups", 32), file.flag("mid_block_add_attention", true),
                file.flag("use_quant_conv", true), file.flag("use_post_quant_conv", true), file.real("scaling_factor", 0.18215),
                file.reals("latents_mean"), file.reals("latents_std"), file.integer("sample_size", 32), file.flag("force_upcast", true));
        file.layers("block_out_channels", channels.size());
        file.layers("layers_per_block", config.layersPerBlock);
        if (config.normNumGroups < 1 || channels.stream().anyMatch(c -> c <= 0 || c % config.normNumGroups != 0)) {
            throw file.wrong("block_out_channels", "positive multiples of norm_num_groups");
        }
        if (config.scalingFactor == 0) {
            throw file.wrong("scaling_factor", "greater than 0");
        }
        if (config.latentsMean.size() != config.latentsStd.size()
                || !config.latentsMean.isEmpty() && config.latentsMean.size() != config.latentChannels) {
            throw file.wrong("latents_mean", "one number per latent channel, as latents_std");
        }
        return config;
    }

    /** Pixels per side of one latent position. */
    public int scaleFactor() {
        return 1 << (blockOutChannels.size() - 1);
    }
}

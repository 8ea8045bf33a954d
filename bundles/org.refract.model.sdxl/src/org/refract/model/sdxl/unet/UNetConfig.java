package org.refract.model.sdxl.unet;

import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.engine.tensor.Lanes;
import org.refract.nn.ConfigFile;

/**
 * {@code unet/config.json}. Lists have one entry per down block, first the one at full size.
 *
 * @param inChannels                     latent channels in
 * @param outChannels                    latent channels out
 * @param downBlockTypes                 {@code DownBlock2D} or {@code CrossAttnDownBlock2D}
 * @param upBlockTypes                   {@code UpBlock2D} or {@code CrossAttnUpBlock2D}, first the one at the smallest size
 * @param midBlockType                   {@code UNetMidBlock2DCrossAttn}
 * @param blockOutChannels               channels
 * @param layersPerBlock                 residual blocks; an up block has one more
 * @param transformerLayersPerBlock      transformer blocks of each attention of each block
 * @param transformerLayersPerUpBlock    the same for the up blocks, in their order
 * @param heads                          attention heads, named {@code attention_head_dim} in the file
 * @param crossAttentionDim              width of the text embedding
 * @param additionTimeEmbedDim           width of the sinusoids of each size and crop number
 * @param projectionClassEmbeddingsInputDim width of pooled text embedding and those sinusoids together
 * @param normNumGroups                  groups of the group norms
 * @param normEps                        their epsilon
 * @param flipSinToCos                   whether cosines come first in the sinusoids
 * @param freqShift                      shift of their frequencies
 * @param useLinearProjection            whether attentions project with linear layers
 * @param downsamplePadding              padding of the down samplers
 * @param timeEmbeddingDim               width of the time embedding
 * @param sampleSize                     side of the latents that it was made for
 */
public record UNetConfig(int inChannels, int outChannels, List<String> downBlockTypes, List<String> upBlockTypes, String midBlockType,
        List<Integer> blockOutChannels, List<Integer> layersPerBlock, List<List<Integer>> transformerLayersPerBlock,
        List<List<Integer>> transformerLayersPerUpBlock, List<Integer> heads, List<Integer> crossAttentionDim, int additionTimeEmbedDim,
        int projectionClassEmbeddingsInputDim, int normNumGroups, double normEps, boolean flipSinToCos, double freqShift,
        boolean useLinearProjection, int downsamplePadding, int timeEmbeddingDim, int sampleSize) {

    /** Whether every layer is small for latents of this height and width, so that lanes are for it. */
    public boolean isSmall(long height, long width) {
        long h = height;
        long w = width;
        for (int channels : blockOutChannels) {
            if (!Lanes.areFor(h * w, channels)) {
                return false;
            }
            h = (h + 1) / 2;
            w = (w + 1) / 2;
        }
        return true;
    }

    /** @throws RefractException if a value is missing or asks for something that SDXL's family does not have */
    public static UNetConfig read(ConfigFile file) throws RefractException {
        List<Integer> channels = file.integers("block_out_channels");
        int blocks = channels.size();
        List<String> down = types(file, "down_block_types", blocks, "DownBlock2D", "CrossAttnDownBlock2D");
        List<String> up = types(file, "up_block_types", blocks, "UpBlock2D", "CrossAttnUpBlock2D");
        require(file, "mid_block_type", "UNetMidBlock2DCrossAttn", "UNetMidBlock2DCrossAttn");
        require(file, "addition_embed_type", "text_time", "none");
        require(file, "act_fn", "silu", "silu");
        require(file, "time_embedding_type", "positional", "positional");
        require(file, "resnet_time_scale_shift", "default", "default");
        require(file, "attention_type", "default", "default");
        for (String absent : List.of("class_embed_type", "encoder_hid_dim", "encoder_hid_dim_type", "time_cond_proj_dim",
                "time_embedding_act_fn", "timestep_post_act", "cross_attention_norm", "num_class_embeds")) {
            if (file.has(absent)) {
                throw file.wrong(absent, "null, as in Stable Diffusion XL");
            }
        }
        for (String off : List.of("only_cross_attention", "dual_cross_attention", "resnet_skip_time_act", "center_input_sample",
                "class_embeddings_concat", "mid_block_only_cross_attention")) {
            if (file.has(off) && file.flag(off, false)) {
                throw file.wrong(off, "false, as in Stable Diffusion XL");
            }
        }
        for (String kernel : List.of("conv_in_kernel", "conv_out_kernel")) {
            if (file.integer(kernel, 3) != 3) {
                throw file.wrong(kernel, "3, as in Stable Diffusion XL");
            }
        }
        for (String one : List.of("resnet_out_scale_factor", "mid_block_scale_factor")) {
            if (file.real(one, 1) != 1) {
                throw file.wrong(one, "1, as in Stable Diffusion XL");
            }
        }
        List<Integer> layers = file.integers("layers_per_block", file.layers("block_out_channels", blocks));
        for (int count : layers) {
            file.layers("layers_per_block", count);
        }
        List<List<Integer>> transformers = perLayer(file, "transformer_layers_per_block", layers, 0);
        UNetConfig config = new UNetConfig(file.integer("in_channels", 4), file.integer("out_channels", 4), down, up,
                "UNetMidBlock2DCrossAttn", channels, layers, transformers, upTransformers(file, layers, transformers),
                file.integers(file.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", blocks),
                file.integers("cross_attention_dim", blocks), file.integer("addition_time_embed_dim"),
                file.integer("projection_class_embeddings_input_dim"), file.integer("norm_num_groups", 32), file.real("norm_eps", 1e-5),
                file.flag("flip_sin_to_cos", true), file.real("freq_shift", 0), file.flag("use_linear_projection", false),
                file.integer("downsample_padding", 1), file.integer("time_embedding_dim", 4 * channels.getFirst()),
                file.integer("sample_size", 0));
        config.check(file);
        return config;
    }

    /** How often the sides are halved on the way down. */
    public int downsamplings() {
        return blockOutChannels.size() - 1;
    }

    /** Whether a down block attends to the text. */
    public boolean attends(int downBlock) {
        return downBlockTypes.get(downBlock).startsWith("CrossAttn");
    }

    private void check(ConfigFile file) throws RefractException {
        if (normNumGroups < 1) {
            throw file.wrong("norm_num_groups", "at least 1");
        }
        for (int i = 0; i < blockOutChannels.size(); i++) {
            if (blockOutChannels.get(i) <= 0 || blockOutChannels.get(i) % normNumGroups != 0) {
                throw file.wrong("block_out_channels", "positive multiples of norm_num_groups");
            }
            if (heads.get(i) <= 0 || blockOutChannels.get(i) % heads.get(i) != 0) {
                throw file.wrong("attention_head_dim", "divisors of block_out_channels");
            }
            for (int depth : transformerLayersPerBlock.get(i)) {
                file.layers("transformer_layers_per_block", depth);
            }
        }
    }

    private static List<String> types(ConfigFile file, String key, int blocks, String... known) throws RefractException {
        List<String> types = file.texts(key);
        if (types.size() != blocks || !List.of(known).containsAll(types)) {
            throw file.wrong(key, blocks + " names, each " + String.join(" or ", known));
        }
        return types;
    }

    private static void require(ConfigFile file, String key, String wanted, String otherwise) throws RefractException {
        if (!file.text(key, otherwise).equals(wanted)) {
            throw file.wrong(key, "'" + wanted + "', as in Stable Diffusion XL");
        }
    }

    /** A number for all, one per block, or one per layer of each block, spread out to one per layer. */
    private static List<List<Integer>> perLayer(ConfigFile file, String key, List<Integer> layers, int more) throws RefractException {
        List<List<Integer>> result = new ArrayList<>();
        Optional<JsonElement> all = file.value(key);
        for (int block = 0; block < layers.size(); block++) {
            int count = layers.get(block) + more;
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                JsonElement value = all.isPresent() && all.get().isJsonArray() ? file.element(key, all.get(), block, layers.size()) : null;
                if (value == null) {
                    numbers.add(file.integer(key, 1));
                } else {
                    numbers.add(file.integer(key, value.isJsonArray() ? file.element(key, value, i, count) : value));
                }
            }
            result.add(List.copyOf(numbers));
        }
        return List.copyOf(result);
    }

    private static List<List<Integer>> upTransformers(ConfigFile file, List<Integer> layers, List<List<Integer>> down)
            throws RefractException {
        List<Integer> reversed = new ArrayList<>(layers);
        Collections.reverse(reversed);
        if (file.has("reverse_transformer_layers_per_block")) {
            return perLayer(file, "reverse_transformer_layers_per_block", reversed, 1);
        }
        if (file.value("transformer_layers_per_block").filter(JsonElement::isJsonArray)
                .filter(v -> v.getAsJsonArray().asList().stream().anyMatch(JsonElement::isJsonArray)).isPresent()) {
            throw file.wrong("reverse_transformer_layers_per_block", "given where transformer_layers_per_block is nested");
        }
        List<List<Integer>> up = new ArrayList<>();
        for (List<Integer> block : down.reversed()) {
            up.add(Collections.nCopies(block.size() + 1, block.getFirst()));
        }
        return List.copyOf(up);
    }
}

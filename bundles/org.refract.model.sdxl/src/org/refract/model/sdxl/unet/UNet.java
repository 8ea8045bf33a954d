package org.refract.model.sdxl.unet;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.model.Layout;
import org.refract.model.sdxl.block.Blocks;
import org.refract.model.sdxl.block.Context;
import org.refract.model.sdxl.block.TimestepEmbedding;
import org.refract.model.sdxl.block.Timesteps;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Activation;
import org.refract.nn.layer.Conv2d;
import org.refract.nn.layer.GroupNorm;

/**
 * {@code UNet2DConditionModel} as SDXL uses it (SDXL, section 2.1): predicts the noise, or v, in noisy latents from the timestep, the text
 * and the size and crop of the picture.
 */
public final class UNet extends Module {

    private final UNetConfig config;
    private final Timesteps timeProj;
    private final TimestepEmbedding timeEmbedding;
    private final Timesteps addTimeProj;
    private final TimestepEmbedding addEmbedding;
    private final Conv2d convIn;
    private final List<DownBlock2D> downBlocks = new ArrayList<>();
    private final MidBlock2D midBlock;
    private final List<UpBlock2D> upBlocks = new ArrayList<>();
    private final GroupNorm convNormOut;
    private final Activation convAct;
    private final Conv2d convOut;

    /**
     * What the U-Net is told.
     *
     * @param context    token embeddings, {@code (batch, tokens, crossAttentionDim)}
     * @param textEmbeds {@code (batch, width)} pooled text embedding
     * @param timeIds    {@code (batch, numbers)} float32: sizes and crops, or an aesthetic score, in pixels
     */
    public record Conditioning(Context context, NDArray textEmbeds, NDArray timeIds) {
    }

    public UNet(String path, UNetConfig config) {
        super(path, "UNet2DConditionModel", config.outChannels(), Layout.SPATIAL, config.inChannels() == config.outChannels());
        this.config = config;
        int first = config.blockOutChannels().getFirst();
        timeProj = child(new Timesteps(path("time_proj"), first, config.flipSinToCos(), config.freqShift()));
        timeEmbedding = child(new TimestepEmbedding(path("time_embedding"), first, config.timeEmbeddingDim()));
        addTimeProj = child(new Timesteps(path("add_time_proj"), config.additionTimeEmbedDim(), config.flipSinToCos(), config.freqShift()));
        addEmbedding = child(new TimestepEmbedding(path("add_embedding"), config.projectionClassEmbeddingsInputDim(), config.timeEmbeddingDim()));
        convIn = child(Conv2d.same(path("conv_in"), config.inChannels(), first, 3));
        List<Integer> skips = new ArrayList<>(List.of(first));
        int channels = first;
        for (int i = 0; i < config.blockOutChannels().size(); i++) {
            downBlocks.add(child(new DownBlock2D(path("down_blocks." + i), config, i, channels)));
            channels = config.blockOutChannels().get(i);
            int left = config.layersPerBlock().get(i) + (i < config.downsamplings() ? 1 : 0);
            for (int j = 0; j < left; j++) {
                skips.add(channels);
            }
        }
        midBlock = child(new MidBlock2D(path("mid_block"), config));
        for (int i = 0; i < config.blockOutChannels().size(); i++) {
            List<Integer> own = new ArrayList<>();
            for (int j = 0; j <= config.layersPerBlock().reversed().get(i); j++) {
                own.add(skips.removeLast());
            }
            upBlocks.add(child(new UpBlock2D(path("up_blocks." + i), config, i, channels, own)));
            channels = config.blockOutChannels().reversed().get(i);
        }
        convNormOut = child(new GroupNorm(path("conv_norm_out"), first, config.normNumGroups(), config.normEps()));
        convAct = child(Activation.silu(path("conv_act"), first, Layout.SPATIAL));
        convOut = child(Conv2d.same(path("conv_out"), first, config.outChannels(), 3));
    }

    public UNetConfig config() {
        return config;
    }

    /**
     * @param sample   {@code (batch, inChannels, h, w)} noisy latents, scaled as the scheduler asks
     * @param timestep {@code (batch)} float32
     * @return {@code (batch, outChannels, h, w)}
     */
    public NDArray forward(Forward run, NDArray sample, NDArray timestep, Conditioning conditioning) {
        return run.at(this, sample, in -> run.isRecorded() ? recomputed(run, in, timestep, conditioning)
                : run.scoped(pass -> compute(pass, in, timestep, conditioning)));
    }

    /** As a part of which only the inputs are kept. */
    private NDArray recomputed(Forward run, NDArray sample, NDArray timestep, Conditioning told) {
        return run.recomputed(List.of(sample, timestep, told.context().tokens(), told.textEmbeds(), told.timeIds()), (pass, given) ->
                compute(pass, given.get(0), given.get(1), new Conditioning(Context.once(given.get(2)), given.get(3), given.get(4))));
    }

    private NDArray compute(Forward run, NDArray sample, NDArray timestep, Conditioning conditioning) {
        NDArray temb = embedding(run, sample, timestep, conditioning);
        Context context = conditioning.context();
        List<NDArray> skips = new ArrayList<>();
        NDArray h = convIn.forward(run, run.call("channels_last", sample));
        skips.add(h);
        for (DownBlock2D block : downBlocks) {
            h = block.forward(run, h, temb, context, skips);
        }
        h = midBlock.forward(run, h, temb, context);
        for (UpBlock2D block : upBlocks) {
            NDArray below = h;
            h = block.forward(run, below, temb, context, skips);
            run.release(below);
        }
        NDArray last = h;
        return run.scoped(step -> convOut.forward(step, convAct.forward(step, convNormOut.forward(step, last))));
    }

    /** The embedding of timestep, pooled text, sizes and crops, {@code (batch, timeEmbeddingDim)}. */
    private NDArray embedding(Forward run, NDArray sample, NDArray timestep, Conditioning conditioning) {
        return run.scoped(step -> {
            NDArray time = timeEmbedding.forward(step, step.call("like", timeProj.forward(step, timestep), sample));
            NDArray numbers = addTimeProj.forward(step, step.call("flat", conditioning.timeIds()));
            NDArray added = step.call(Blocks.KERNELS, "join_embeddings", conditioning.textEmbeds(), numbers);
            return step.call("total", time, addEmbedding.forward(step, added));
        });
    }
}

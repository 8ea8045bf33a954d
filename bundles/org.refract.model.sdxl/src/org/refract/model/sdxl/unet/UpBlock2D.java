package org.refract.model.sdxl.unet;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.model.sdxl.block.Blocks;
import org.refract.model.sdxl.block.Context;
import org.refract.model.sdxl.block.ResnetBlock2D;
import org.refract.model.sdxl.block.Transformer2DModel;
import org.refract.model.sdxl.block.Upsample2D;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * {@code UpBlock2D} and {@code CrossAttnUpBlock2D}: residual blocks over the map joined with a skip connection, each followed by an
 * attention if the block attends, then an up sampler unless it is the last: {@code (batch, in, h, w)} to {@code (batch, out, 2h, 2w)}, or
 * to the size of the next skip connection where a side was odd.
 */
final class UpBlock2D extends Module {

    private final List<ResnetBlock2D> resnets = new ArrayList<>();
    private final List<Transformer2DModel> attentions = new ArrayList<>();
    private final Optional<Upsample2D> upsampler;

    /**
     * @param block 0 for the smallest size
     * @param in    channels that come from below
     * @param skips channels of the skip connections, in the order in which they are joined
     */
    UpBlock2D(String path, UNetConfig config, int block, int in, List<Integer> skips) {
        super(path, config.upBlockTypes().get(block), config.blockOutChannels().reversed().get(block), Layout.SPATIAL,
                in == config.blockOutChannels().reversed().get(block) && block == config.downsamplings());
        int out = width();
        for (int i = 0; i < skips.size(); i++) {
            resnets.add(child(new ResnetBlock2D(path("resnets." + i), (i == 0 ? in : out) + skips.get(i), out,
                    config.timeEmbeddingDim(), config.normNumGroups(), config.normEps())));
            if (config.upBlockTypes().get(block).startsWith("CrossAttn")) {
                attentions.add(child(new Transformer2DModel(path("attentions." + i), out,
                        config.crossAttentionDim().reversed().get(block), config.heads().reversed().get(block),
                        config.transformerLayersPerUpBlock().get(block).get(i), config.normNumGroups(), config.useLinearProjection())));
            }
        }
        upsampler = block == config.downsamplings() ? Optional.empty() : Optional.of(child(new Upsample2D(path("upsamplers.0"), out)));
    }

    /** @param skips what the down blocks left, the last first to be joined; this block takes its own off the end */
    NDArray forward(Forward run, NDArray x, NDArray temb, Context context, List<NDArray> skips) {
        return run.at(this, x, in -> run.scoped(block -> {
            NDArray h = in;
            for (int i = 0; i < resnets.size(); i++) {
                NDArray skip = skips.removeLast();
                NDArray below = h;
                int layer = i;
                h = block.scoped(step -> layer(step, layer, below, skip, temb, context));
                run.release(skip);
                if (below != in) {
                    run.release(below);
                }
            }
            return upsampler.isPresent() ? upsampler.get().forward(block, h, size(skips.getLast())) : h;
        }));
    }

    private NDArray layer(Forward run, int i, NDArray below, NDArray skip, NDArray temb, Context context) {
        NDArray h = resnets.get(i).forward(run, run.call(Blocks.KERNELS, "concat_channels", below, skip), Optional.of(temb));
        return attentions.isEmpty() ? h : attentions.get(i).forward(run, h, context);
    }

    private static long[] size(NDArray map) {
        return new long[] {map.getShape().get(2), map.getShape().get(3)};
    }
}

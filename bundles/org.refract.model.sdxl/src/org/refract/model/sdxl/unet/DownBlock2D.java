package org.refract.model.sdxl.unet;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.model.sdxl.block.Context;
import org.refract.model.sdxl.block.Downsample2D;
import org.refract.model.sdxl.block.ResnetBlock2D;
import org.refract.model.sdxl.block.Transformer2DModel;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * {@code DownBlock2D} and {@code CrossAttnDownBlock2D}: residual blocks, each followed by an attention if the block attends, then a down
 * sampler unless it is the last: {@code (batch, in, h, w)} to {@code (batch, out, h/2, w/2)}. Every one of them leaves a skip connection.
 */
final class DownBlock2D extends Module {

    private final List<ResnetBlock2D> resnets = new ArrayList<>();
    private final List<Transformer2DModel> attentions = new ArrayList<>();
    private final Optional<Downsample2D> downsampler;

    DownBlock2D(String path, UNetConfig config, int block, int in) {
        super(path, config.downBlockTypes().get(block), config.blockOutChannels().get(block), Layout.SPATIAL,
                in == config.blockOutChannels().get(block) && block == config.downsamplings());
        int out = width();
        for (int i = 0; i < config.layersPerBlock().get(block); i++) {
            resnets.add(child(new ResnetBlock2D(path("resnets." + i), i == 0 ? in : out, out, config.timeEmbeddingDim(),
                    config.normNumGroups(), config.normEps())));
            if (config.attends(block)) {
                attentions.add(child(new Transformer2DModel(path("attentions." + i), out, config.crossAttentionDim().get(block),
                        config.heads().get(block), config.transformerLayersPerBlock().get(block).get(i), config.normNumGroups(),
                        config.useLinearProjection())));
            }
        }
        downsampler = block == config.downsamplings()
                ? Optional.empty()
                : Optional.of(child(new Downsample2D(path("downsamplers.0"), out, config.downsamplePadding())));
    }

    /** @param skips gets what the up blocks need later */
    NDArray forward(Forward run, NDArray x, NDArray temb, Context context, List<NDArray> skips) {
        return run.at(this, x, in -> {
            NDArray h = in;
            for (int i = 0; i < resnets.size(); i++) {
                h = layer(run, i, h, temb, context);
                skips.add(h);
            }
            if (downsampler.isPresent()) {
                h = downsampler.get().forward(run, h);
                skips.add(h);
            }
            return h;
        });
    }

    private NDArray layer(Forward run, int i, NDArray x, NDArray temb, Context context) {
        return run.scoped(step -> {
            NDArray h = resnets.get(i).forward(step, x, Optional.of(temb));
            return attentions.isEmpty() ? h : attentions.get(i).forward(step, h, context);
        });
    }
}

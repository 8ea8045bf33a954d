package org.refract.model.sdxl.unet;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.model.sdxl.block.Context;
import org.refract.model.sdxl.block.ResnetBlock2D;
import org.refract.model.sdxl.block.Transformer2DModel;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/** {@code UNetMidBlock2DCrossAttn}: residual block, attention, residual block; {@code (batch, channels, h, w)} to the same. */
final class MidBlock2D extends Module {

    private final ResnetBlock2D first;
    private final Transformer2DModel attention;
    private final ResnetBlock2D second;

    MidBlock2D(String path, UNetConfig config) {
        super(path, config.midBlockType(), config.blockOutChannels().getLast(), Layout.SPATIAL, true);
        first = child(resnet(config, 0));
        attention = child(new Transformer2DModel(path("attentions.0"), width(), config.crossAttentionDim().getLast(),
                config.heads().getLast(), config.transformerLayersPerBlock().getLast().getFirst(), config.normNumGroups(),
                config.useLinearProjection()));
        second = child(resnet(config, 1));
    }

    private ResnetBlock2D resnet(UNetConfig config, int i) {
        return new ResnetBlock2D(path("resnets." + i), width(), width(), config.timeEmbeddingDim(), config.normNumGroups(), config.normEps());
    }

    NDArray forward(Forward run, NDArray x, NDArray temb, Context context) {
        return run.at(this, x, in -> run.scoped(step -> {
            NDArray h = attention.forward(step, first.forward(step, in, Optional.of(temb)), context);
            return second.forward(step, h, Optional.of(temb));
        }));
    }
}

package org.refract.model.sdxl.vae;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.model.sdxl.block.ResnetBlock2D;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/** {@code UNetMidBlock2D}: residual block, attention, residual block; {@code (batch, channels, h, w)} to the same. */
final class VaeMidBlock2D extends Module {

    /** Epsilon of every group norm of the autoencoder, fixed in diffusers. */
    static final double EPS = 1e-6;

    private final ResnetBlock2D first;
    private final Optional<VaeAttention> attention;
    private final ResnetBlock2D second;

    VaeMidBlock2D(String path, VaeConfig config) {
        super(path, "UNetMidBlock2D", config.blockOutChannels().getLast(), Layout.SPATIAL, true);
        int groups = config.normNumGroups();
        first = child(new ResnetBlock2D(path("resnets.0"), width(), width(), 0, groups, EPS));
        attention = config.midAttention() ? Optional.of(child(new VaeAttention(path("attentions.0"), width(), groups))) : Optional.empty();
        second = child(new ResnetBlock2D(path("resnets.1"), width(), width(), 0, groups, EPS));
    }

    NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> {
            NDArray h = first.forward(step, in, Optional.empty());
            NDArray y = attention.isPresent() ? attention.get().forward(step, h) : h;
            return second.forward(step, y, Optional.empty());
        }));
    }
}

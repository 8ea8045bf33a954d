package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Activation;
import org.refract.nn.layer.Conv2d;
import org.refract.nn.layer.Dropout;
import org.refract.nn.layer.GroupNorm;
import org.refract.nn.layer.Linear;

/**
 * {@code out = shortcut(x) + conv2(silu(norm2(conv1(silu(norm1(x))) + time_emb_proj(silu(temb)))))}:
 * {@code (batch, in, h, w)} to {@code (batch, out, h, w)}, with {@code temb} {@code (batch, timeWidth)}.
 */
public final class ResnetBlock2D extends Module {

    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final Optional<Linear> timeEmbProj;
    private final GroupNorm norm2;
    private final Dropout dropout;
    private final Conv2d conv2;
    private final Activation nonlinearity;
    private final Optional<Conv2d> convShortcut;
    private final int groups;
    private final double eps;

    /** @param timeWidth width of the time embedding, 0 for a block without one */
    public ResnetBlock2D(String path, int in, int out, int timeWidth, int groups, double eps) {
        super(path, "ResnetBlock2D", out, Layout.SPATIAL, in == out);
        this.groups = groups;
        this.eps = eps;
        norm1 = child(new GroupNorm(path("norm1"), in, groups, eps));
        conv1 = child(Conv2d.same(path("conv1"), in, out, 3));
        timeEmbProj = timeWidth == 0
                ? Optional.empty()
                : Optional.of(child(new Linear(path("time_emb_proj"), timeWidth, out, true, Layout.VECTOR)));
        norm2 = child(new GroupNorm(path("norm2"), out, groups, eps));
        dropout = child(new Dropout(path("dropout"), out, Layout.SPATIAL));
        conv2 = child(Conv2d.same(path("conv2"), out, out, 3));
        nonlinearity = child(Activation.silu(path("nonlinearity"), out, Layout.SPATIAL));
        convShortcut = in == out ? Optional.empty() : Optional.of(child(Conv2d.same(path("conv_shortcut"), in, out, 1)));
    }

    public NDArray forward(Forward run, NDArray x, Optional<NDArray> temb) {
        return run.at(this, x, in -> run.stepByStep(this)
                ? run.scoped(step -> stepByStep(step, in, temb))
                : run.callForEach(Blocks.KERNELS, "resnet", Arrays.asList(in, temb.orElse(null)), weights(), groups, eps));
    }

    /** The nonlinearity is one module that is passed up to three times, as in diffusers. */
    private NDArray stepByStep(Forward run, NDArray x, Optional<NDArray> temb) {
        NDArray h = conv1.forward(run, nonlinearity.forward(run, norm1.forward(run, x)));
        if (timeEmbProj.isPresent()) {
            NDArray t = timeEmbProj.get().forward(run, nonlinearity.forward(run, temb.orElseThrow()));
            h = run.call(Blocks.KERNELS, "add_to_map", h, t);
        }
        h = dropout.forward(run, nonlinearity.forward(run, norm2.forward(run, h)));
        h = conv2.forward(run, h);
        NDArray skip = convShortcut.isPresent() ? convShortcut.get().forward(run, x) : x;
        return run.call("total", h, skip);
    }
}

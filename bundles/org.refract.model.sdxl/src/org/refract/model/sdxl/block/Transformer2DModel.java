package org.refract.model.sdxl.block;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Conv2d;
import org.refract.nn.layer.GroupNorm;
import org.refract.nn.layer.LayerNorm;
import org.refract.nn.layer.Linear;

/**
 * Attention over the positions of a map: {@code out = x + proj_out(blocks(proj_in(norm(x))))}, {@code (batch, channels, h, w)} to the same.
 * Its update is what sparse dictionaries are trained on (Unpacking SDXL Turbo, section 3).
 */
public final class Transformer2DModel extends Module {

    /** Fixed in diffusers, whatever the U-Net's own is. */
    private static final double NORM_EPS = 1e-6;
    /** Weights of one transformer block. */
    private static final int BLOCK_WEIGHTS = 20;

    private final GroupNorm norm;
    private final Module projIn;
    private final List<BasicTransformerBlock> blocks = new ArrayList<>();
    private final Module projOut;
    private final int groups;
    private final int heads;
    private final boolean linear;

    /**
     * @param layers how many transformer blocks
     * @param linear whether the projections are linear layers over positions (SDXL) or 1x1 convolutions (Stable Diffusion 1)
     */
    public Transformer2DModel(String path, int channels, int contextWidth, int heads, int layers, int groups, boolean linear) {
        super(path, "Transformer2DModel", channels, Layout.SPATIAL, true);
        this.groups = groups;
        this.heads = heads;
        this.linear = linear;
        norm = child(new GroupNorm(path("norm"), channels, groups, NORM_EPS));
        projIn = child(projection("proj_in", channels));
        for (int i = 0; i < layers; i++) {
            blocks.add(child(new BasicTransformerBlock(path("transformer_blocks." + i), channels, contextWidth, heads)));
        }
        projOut = child(projection("proj_out", channels));
    }

    private Module projection(String name, int channels) {
        return linear
                ? new Linear(path(name), channels, channels, true, Layout.SEQUENCE)
                : Conv2d.same(path(name), channels, channels, 1);
    }

    /** Where a gradient is wanted, what goes into each transformer block is kept. */
    public NDArray forward(Forward run, NDArray x, Context context) {
        return run.at(this, x, in -> run.stepByStep(this) || run.isRecorded()
                ? run.scoped(step -> stepByStep(step, in, context.tokens()))
                : run.scoped(step -> step.callForEach(Blocks.KERNELS, "transformer", List.of(in, keysAndValues(step, context)), weights(), groups, NORM_EPS, heads, LayerNorm.EPS,
                        linear, BLOCK_WEIGHTS)));
    }

    private List<NDArray> keysAndValues(Forward run, Context context) {
        return context.keysAndValues(this, run,
                owner -> Blocks.KERNELS.callList(owner, "keys_and_values", context.tokens(), weights(), BLOCK_WEIGHTS));
    }

    private NDArray stepByStep(Forward run, NDArray x, NDArray context) {
        NDArray h = enter(run, norm.forward(run, x));
        for (BasicTransformerBlock block : blocks) {
            h = block.forward(run, h, context);
        }
        return run.call("total", leave(run, h, x), x);
    }

    private NDArray enter(Forward run, NDArray map) {
        return switch (projIn) {
            case Linear l -> l.forward(run, run.call("map_to_sequence", map));
            case Conv2d c -> run.call("map_to_sequence", c.forward(run, map));
            default -> throw new IllegalStateException(projIn.path());
        };
    }

    private NDArray leave(Forward run, NDArray sequence, NDArray like) {
        return switch (projOut) {
            case Linear l -> run.call("sequence_to_map", l.forward(run, sequence), like);
            case Conv2d c -> c.forward(run, run.call("sequence_to_map", sequence, like));
            default -> throw new IllegalStateException(projOut.path());
        };
    }
}

package org.refract.model.sdxl.vae;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.layer.Activation;
import org.refract.nn.layer.Conv2d;
import org.refract.nn.layer.GroupNorm;

/**
 * The encoder, {@code (batch, 3, height, width)} to moments {@code (batch, 2 · latentChannels, h, w)}, or the decoder, latents
 * {@code (batch, latentChannels, h, w)} to {@code (batch, 3, height, width)}. They differ in the place of the mid block.
 */
final class VaeCoder extends Module {

    private final boolean decodes;
    private final Conv2d convIn;
    private final List<VaeBlock2D> blocks = new ArrayList<>();
    private final VaeMidBlock2D midBlock;
    private final GroupNorm convNormOut;
    private final Activation convAct;
    private final Conv2d convOut;

    private VaeCoder(String path, String kind, VaeConfig config, boolean decodes, int in, int out, List<Integer> channels) {
        super(path, kind, out, Layout.SPATIAL, false);
        this.decodes = decodes;
        convIn = child(Conv2d.same(path("conv_in"), in, channels.getFirst(), 3));
        VaeMidBlock2D early = decodes ? child(new VaeMidBlock2D(path("mid_block"), config)) : null;
        int before = channels.getFirst();
        for (int i = 0; i < channels.size(); i++) {
            boolean last = i == channels.size() - 1;
            String block = path((decodes ? "up_blocks." : "down_blocks.") + i);
            blocks.add(child(decodes
                    ? VaeBlock2D.decoder(block, config, before, channels.get(i), last)
                    : VaeBlock2D.encoder(block, config, before, channels.get(i), last)));
            before = channels.get(i);
        }
        midBlock = decodes ? early : child(new VaeMidBlock2D(path("mid_block"), config));
        convNormOut = child(new GroupNorm(path("conv_norm_out"), before, config.normNumGroups(), VaeMidBlock2D.EPS));
        convAct = child(Activation.silu(path("conv_act"), before, Layout.SPATIAL));
        convOut = child(Conv2d.same(path("conv_out"), before, out, 3));
    }

    static VaeCoder encoder(String path, VaeConfig config) {
        return new VaeCoder(path, "Encoder", config, false, config.inChannels(), 2 * config.latentChannels(), config.blockOutChannels());
    }

    static VaeCoder decoder(String path, VaeConfig config) {
        return new VaeCoder(path, "Decoder", config, true, config.latentChannels(), config.outChannels(),
                config.blockOutChannels().reversed());
    }

    NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.scoped(step -> compute(step, in)));
    }

    private NDArray compute(Forward run, NDArray x) {
        NDArray h = convIn.forward(run, x);
        if (decodes) {
            h = replace(run, h, midBlock.forward(run, h));
        }
        for (VaeBlock2D block : blocks) {
            h = replace(run, h, block.forward(run, h));
        }
        if (!decodes) {
            h = replace(run, h, midBlock.forward(run, h));
        }
        NDArray last = h;
        return run.scoped(step -> convOut.forward(step, convAct.forward(step, convNormOut.forward(step, last))));
    }

    private static NDArray replace(Forward run, NDArray before, NDArray after) {
        run.release(before);
        return after;
    }
}

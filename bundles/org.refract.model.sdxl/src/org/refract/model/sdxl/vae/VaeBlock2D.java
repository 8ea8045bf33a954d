package org.refract.model.sdxl.vae;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.model.Layout;
import org.refract.model.sdxl.block.Downsample2D;
import org.refract.model.sdxl.block.ResnetBlock2D;
import org.refract.model.sdxl.block.Upsample2D;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/**
 * {@code DownEncoderBlock2D} and {@code UpDecoderBlock2D}: residual blocks, then a sampler that halves or doubles the sides unless this is
 * the last block: {@code (batch, in, h, w)} to {@code (batch, out, h', w')}.
 */
final class VaeBlock2D extends Module {

    private final List<ResnetBlock2D> resnets = new ArrayList<>();
    private final Optional<Downsample2D> downsampler;
    private final Optional<Upsample2D> upsampler;

    private VaeBlock2D(String path, String kind, VaeConfig config, int in, int out, int layers, boolean down, boolean up) {
        super(path, kind, out, Layout.SPATIAL, in == out && !down && !up);
        for (int i = 0; i < layers; i++) {
            resnets.add(child(new ResnetBlock2D(path("resnets." + i), i == 0 ? in : out, out, 0, config.normNumGroups(), VaeMidBlock2D.EPS)));
        }
        downsampler = down ? Optional.of(child(new Downsample2D(path("downsamplers.0"), out, 0))) : Optional.empty();
        upsampler = up ? Optional.of(child(new Upsample2D(path("upsamplers.0"), out))) : Optional.empty();
    }

    static VaeBlock2D encoder(String path, VaeConfig config, int in, int out, boolean last) {
        return new VaeBlock2D(path, "DownEncoderBlock2D", config, in, out, config.layersPerBlock(), !last, false);
    }

    static VaeBlock2D decoder(String path, VaeConfig config, int in, int out, boolean last) {
        return new VaeBlock2D(path, "UpDecoderBlock2D", config, in, out, config.layersPerBlock() + 1, false, !last);
    }

    NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, given -> run.recomputed(List.of(given), (block, inputs) -> {
            NDArray in = inputs.getFirst();
            NDArray h = in;
            for (ResnetBlock2D resnet : resnets) {
                NDArray before = h;
                h = resnet.forward(block, before, Optional.empty());
                if (before != in) {
                    run.release(before);
                }
            }
            if (downsampler.isPresent()) {
                return downsampler.get().forward(block, h);
            }
            return upsampler.isPresent() ? upsampler.get().forward(block, h, 2 * h.getShape().get(2), 2 * h.getShape().get(3)) : h;
        }));
    }
}

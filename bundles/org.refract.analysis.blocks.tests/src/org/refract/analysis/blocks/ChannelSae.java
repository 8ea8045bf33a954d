package org.refract.analysis.blocks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;

/** One latent per channel; all are active. */
final class ChannelSae implements Sae {
    private static final KernelLibrary KERNELS = KernelLibrary.ofText("channels", """
            def encode(x: Tensor) -> Tuple[Tensor, Tensor]:
              i = torch.expand_copy(torch.unsqueeze(torch.arange(x.size(1)), 0), x.size())
              return (i, torch.relu(x))
            """);

    private final NDArray identity;

    ChannelSae(NDManager manager) {
        float[] diagonal = new float[PaintingModel.WIDTH * PaintingModel.WIDTH];
        for (int i = 0; i < PaintingModel.WIDTH; i++) {
            diagonal[i * PaintingModel.WIDTH + i] = 1;
        }
        identity = Tensors.of(manager, diagonal, PaintingModel.WIDTH, PaintingModel.WIDTH);
    }

    @Override
    public SaeConfig config() {
        try {
            return new SaeConfig("channels", PaintingModel.WIDTH, PaintingModel.WIDTH, PaintingModel.WIDTH, Settings.of(List.of(), Map.of()));
        } catch (RefractException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public SparseCodes encode(NDArray x) {
        var codes = KERNELS.callList(x.getManager(), "encode", x);
        return new SparseCodes(codes.get(0), codes.get(1), PaintingModel.WIDTH);
    }

    @Override
    public NDArray decode(SparseCodes codes) {
        return codes.values();
    }

    @Override
    public NDArray decoder() {
        return identity;
    }

    @Override
    public Map<String, NDArray> tensors() {
        return Map.of("identity", identity);
    }

    @Override
    public void close() {
        identity.close();
    }
}

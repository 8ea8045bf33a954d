package org.refract.analysis.blocks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Layout;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;

/**
 * A model whose blocks do what their names say: channel 0 of {@code unet.colour} tints the whole picture, of {@code unet.layout} brightens
 * areas, of {@code unet.detail} draws a checkerboard; all other channels do nothing.
 */
final class PaintingModel implements ImageModel {
    static final int WIDTH = 6;
    private static final int SIDE = 4;
    private static final KernelLibrary KERNELS = KernelLibrary.ofText("painting", """
            def large(x: Tensor) -> Tensor:
              return torch.repeat_interleave(torch.repeat_interleave(torch.unsqueeze(torch.select(x, 1, 0), 1), 8, 2), 8, 3)

            def picture(colour: Tensor, layout: Tensor, detail: Tensor, checker: Tensor) -> Tensor:
              grey = 0.5 + 0.06 * large(layout) + 0.03 * checker * large(detail)
              tint = torch.mean(large(colour), [1, 2, 3], True)
              return torch.clamp(torch.cat([grey + 0.05 * tint, grey - 0.025 * tint, grey], 1), 0, 1)
            """);

    @Override
    public ModelInfo info() {
        return new ModelInfo("painting", "test", 0, "sha256:0", Map.of());
    }

    @Override
    public Placement placement() {
        return Placement.CPU;
    }

    @Override
    public List<HookPointInfo> hookPoints() {
        List<HookPointInfo> points = new ArrayList<>();
        for (String name : List.of("colour", "layout", "detail")) {
            points.add(new HookPointInfo("unet." + name, "Transformer2DModel", WIDTH, Layout.SPATIAL, true, ""));
        }
        points.add(new HookPointInfo("vae.mid", "ResnetBlock2D", WIDTH, Layout.SPATIAL, true, ""));
        return points;
    }

    @Override
    public List<HookPoint> defaultHookPoints() {
        return List.of(point("colour"), point("layout"), point("detail"));
    }

    static HookPoint point(String name) {
        return new HookPoint("unet." + name, Site.UPDATE);
    }

    @Override
    public ImageRequest defaults() {
        return ImageRequest.of(1, 0, SIDE * 8, SIDE * 8);
    }

    @Override
    public ImageBatch generate(ImageRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) {
        int batch = request.prompts().size();
        List<NDArray> updates = new ArrayList<>();
        for (HookPoint point : defaultHookPoints()) {
            NDArray value = update(point, request.seeds(), owner);
            for (Hook hook : hooks) {
                value = hook.point().equals(point) ? hook.apply(new Pass(0, 1, 999, batch, false), value) : value;
            }
            updates.add(value);
        }
        float[] checker = new float[SIDE * 8 * SIDE * 8];
        for (int i = 0; i < checker.length; i++) {
            checker[i] = (i + i / (SIDE * 8)) % 2 == 0 ? 1 : -1;
        }
        NDArray images = KERNELS.call(owner, "picture", updates.get(0), updates.get(1), updates.get(2), Tensors.of(owner, checker, 1, 1, SIDE * 8, SIDE * 8));
        return new ImageBatch(Tensors.zeros(owner, batch, 4, SIDE, SIDE), Optional.of(images));
    }

    /** Channel 0 is the strongest, so that its feature is. */
    private static NDArray update(HookPoint point, List<Long> seeds, NDManager owner) {
        float[] values = new float[seeds.size() * WIDTH * SIDE * SIDE];
        for (int i = 0; i < seeds.size(); i++) {
            Random random = new Random(seeds.get(i) * 31 + point.hashCode());
            for (int c = 0; c < WIDTH; c++) {
                for (int p = 0; p < SIDE * SIDE; p++) {
                    values[(i * WIDTH + c) * SIDE * SIDE + p] = (float) (c == 0 ? 2 + random.nextDouble() : random.nextDouble());
                }
            }
        }
        return Tensors.of(owner, values, seeds.size(), WIDTH, SIDE, SIDE);
    }

    @Override
    public void close() {
    }
}

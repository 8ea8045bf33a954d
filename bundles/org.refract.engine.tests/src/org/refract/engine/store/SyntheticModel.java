package org.refract.engine.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
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
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** An image model without weights: what passes a hook point depends on the seed, the point and the step alone. */
public final class SyntheticModel implements ImageModel {

    public static final HookPoint A = new HookPoint("net.a", Site.UPDATE);
    public static final HookPoint B = new HookPoint("net.b", Site.UPDATE);
    public static final int WIDTH = 6;
    public static final int SIDE = 3;

    private final String fingerprint;
    private final Optional<Integer> broken;
    private int drawn;

    public SyntheticModel(String fingerprint) {
        this(fingerprint, Optional.empty());
    }

    /** @param broken the picture, counted from 0, that gives NaN */
    public SyntheticModel(String fingerprint, Optional<Integer> broken) {
        this.fingerprint = fingerprint;
        this.broken = broken;
    }

    /** How many pictures were drawn. */
    public int drawn() {
        return drawn;
    }

    /** {@code (C, h, w)} of a picture. */
    public static float[] value(HookPoint point, long seed, int step) {
        return new TorchRandom(1009 * seed + 7 * step + (point.equals(A) ? 0 : 500_000)).randn(WIDTH * SIDE * SIDE);
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("synthetic", "synthetic", 0, fingerprint, Map.of());
    }

    @Override
    public Placement placement() {
        return Placement.CPU;
    }

    @Override
    public List<HookPointInfo> hookPoints() {
        return List.of(new HookPointInfo("net.a", "Block", WIDTH, Layout.SPATIAL, true, ""),
                new HookPointInfo("net.b", "Block", WIDTH, Layout.SPATIAL, true, ""));
    }

    @Override
    public List<HookPoint> defaultHookPoints() {
        return List.of(A, B);
    }

    @Override
    public ImageRequest defaults() {
        return ImageRequest.of(2, 0, 8, 8);
    }

    @Override
    public ImageBatch generate(ImageRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
        int batch = request.prompts().size();
        boolean guided = request.guidance() > 1;
        for (int step = 0; step < request.steps(); step++) {
            for (Hook hook : hooks) {
                try (NDManager pass = owner.newSubManager()) {
                    List<Float> values = new ArrayList<>();
                    for (int copy = guided ? 0 : 1; copy < 2; copy++) {
                        for (long seed : request.seeds()) {
                            for (float v : value(hook.point(), copy == 1 ? seed : -1 - seed, step)) {
                                values.add(broken.isPresent() && seed == broken.get() ? Float.NaN : v);
                            }
                        }
                    }
                    float[] flat = new float[values.size()];
                    for (int i = 0; i < flat.length; i++) {
                        flat[i] = values.get(i);
                    }
                    hook.apply(new Pass(step, request.steps(), 0, batch, guided),
                            Tensors.of(pass, flat, guided ? 2 * batch : batch, WIDTH, SIDE, SIDE));
                }
            }
        }
        drawn += batch;
        float[] pixels = new float[batch * 3 * 8 * 8];
        for (int i = 0; i < batch; i++) {
            java.util.Arrays.fill(pixels, i * 192, (i + 1) * 192, request.seeds().get(i) % 256 / 255f);
        }
        NDArray images = Tensors.of(owner, pixels, batch, 3, 8, 8);
        return new ImageBatch(Tensors.zeros(owner, batch, 4, 1, 1), Optional.of(images));
    }

    @Override
    public void close() {
    }
}

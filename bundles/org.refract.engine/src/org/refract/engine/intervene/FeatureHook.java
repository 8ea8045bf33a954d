package org.refract.engine.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import org.refract.api.analysis.Intervention;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.intervene.Interventions.Change;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Positions;
import org.refract.engine.tensor.Tensors;

/**
 * All changes at one hook point: {@code value ← keep · value + Σ s · m · (constant + scale · z_f) · d_f}, where keep is 0 in rows whose
 * update is replaced, s is +1, −1 or 0 by the row's half of a guided batch, m the mask on the map, and z_f the feature's activation in the
 * value as it came. Computed in float32 and returned in the value's dtype.
 */
final class FeatureHook implements Hook {
    private static final KernelLibrary KERNELS = KernelLibrary.of(FeatureHook.class, "intervene.ts.py");

    private final HookPoint point;
    private final Sae sae;
    private final List<Change> changes;

    FeatureHook(HookPoint point, Sae sae, List<Change> changes) {
        this.point = point;
        this.sae = sae;
        this.changes = List.copyOf(changes);
    }

    @Override
    public HookPoint point() {
        return point;
    }

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        List<Change> now = changes.stream()
                .filter(c -> c.intervention().firstStep() <= pass.step() && pass.step() <= c.intervention().lastStep()).toList();
        return now.isEmpty() ? value : changed(pass, value, now);
    }

    private NDArray changed(Pass pass, NDArray value, List<Change> now) {
        Positions positions = Positions.of(value);
        try (NDManager scope = value.getManager().newSubManager()) {
            NDArray latents = Tensors.of(scope, now.stream().mapToLong(c -> c.intervention().feature().latent()).toArray(), now.size());
            NDArray signs = Tensors.of(scope, signs(pass, positions.examples(), now), positions.examples(), now.size());
            NDArray keep = Tensors.of(scope, keep(pass, positions.examples(), now), positions.examples());
            NDArray constant = weights(scope, positions, now, false);
            NDArray scale = weights(scope, positions, now, true);
            NDArray activation = activation(scope, value, latents, now);
            NDArray result = KERNELS.call(scope, "changed", value, keep, signs, constant, scale, activation, latents, sae.decoder());
            result.attach(value.getManager());
            return result;
        }
    }

    private NDArray activation(NDManager scope, NDArray value, NDArray latents, List<Change> now) {
        if (now.stream().allMatch(c -> c.scale() == 0)) {
            return null;
        }
        SparseCodes codes = sae.encode(Positions.rows(scope, value));
        return KERNELS.call(scope, "activation", codes.indices(), codes.values(), latents);
    }

    /** {@code (positions, changes)}: mask times constant or scale. */
    private static NDArray weights(NDManager scope, Positions positions, List<Change> now, boolean scale) {
        float[] weights = new float[positions.perExample() * now.size()];
        for (int c = 0; c < now.size(); c++) {
            float factor = (float) (scale ? now.get(c).scale() : now.get(c).constant());
            float[] mask = now.get(c).intervention().mask().map(m -> MapMask.over(m, positions.rows(), positions.columns())).orElse(null);
            for (int p = 0; p < positions.perExample(); p++) {
                weights[p * now.size() + c] = mask == null ? factor : factor * mask[p];
            }
        }
        return Tensors.of(scope, weights, positions.perExample(), now.size());
    }

    private static float[] signs(Pass pass, int rows, List<Change> now) {
        float[] signs = new float[rows * now.size()];
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < now.size(); c++) {
                signs[row * now.size() + c] = sign(pass, row, now.get(c).intervention().guidance());
            }
        }
        return signs;
    }

    private static float sign(Pass pass, int row, Intervention.Guidance guidance) {
        if (!pass.guided() || row >= pass.examples()) {
            return 1;
        }
        return switch (guidance) {
            case BOTH -> -1;
            case CONDITIONAL -> 0;
            case ALL -> 1;
        };
    }

    private static float[] keep(Pass pass, int rows, List<Change> now) {
        float[] keep = new float[rows];
        Arrays.fill(keep, 1);
        for (int row = 0; row < rows; row++) {
            for (Change change : now) {
                if (change.intervention().mode() == Intervention.Mode.REPLACE && sign(pass, row, change.intervention().guidance()) != 0) {
                    keep[row] = 0;
                }
            }
        }
        return keep;
    }
}

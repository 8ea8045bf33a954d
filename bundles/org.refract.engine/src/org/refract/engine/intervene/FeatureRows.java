package org.refract.engine.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.api.sae.Sae;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;

/**
 * Replaces the update of every example of a batch by another feature: example i becomes {@code weights[i] · d_{latents[i]}} at every
 * position, so that many features are drawn in one run. In a guided batch the unconditional rows get the negative.
 */
public final class FeatureRows implements Hook {
    private static final KernelLibrary KERNELS = KernelLibrary.of(FeatureRows.class, "intervene.ts.py");

    private final HookPoint point;
    private final Sae sae;
    private final int[] latents;
    private final double[] weights;

    /**
     * @param latents one per example
     * @param weights one per example
     */
    public FeatureRows(HookPoint point, Sae sae, int[] latents, double[] weights) {
        this.point = point;
        this.sae = sae;
        this.latents = latents.clone();
        this.weights = weights.clone();
    }

    @Override
    public HookPoint point() {
        return point;
    }

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        int rows = (int) value.getShape().get(0);
        long[] rowLatents = new long[rows];
        float[] rowWeights = new float[rows];
        for (int row = 0; row < rows; row++) {
            int example = row % pass.examples();
            boolean unconditional = pass.guided() && row < pass.examples();
            rowLatents[row] = latents[example];
            rowWeights[row] = (float) (unconditional ? -weights[example] : weights[example]);
        }
        try (NDManager scope = value.getManager().newSubManager()) {
            NDArray result = KERNELS.call(scope, "written", value, Tensors.of(scope, rowLatents, rows), Tensors.of(scope, rowWeights, rows), sae.decoder());
            result.attach(value.getManager());
            return result;
        }
    }
}

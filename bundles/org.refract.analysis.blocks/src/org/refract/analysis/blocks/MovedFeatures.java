package org.refract.analysis.blocks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Positions;
import org.refract.engine.tensor.Tensors;

/**
 * Moves one feature of its own in every example: {@code value += (factor − 1) · z_f · direction}, where z_f is the feature's activation
 * map in the run and the direction is its decoder row, or another one in a null draw.
 */
final class MovedFeatures implements Hook {
    private static final KernelLibrary KERNELS = KernelLibrary.of(MovedFeatures.class, "blocks.ts.py");

    private final HookPoint point;
    private final Sae sae;
    private final int[] latents;
    private final float[][] directions;
    private final double factor;

    /**
     * @param latents    one per example
     * @param directions one per example, of the width of the hook point
     */
    MovedFeatures(HookPoint point, Sae sae, int[] latents, float[][] directions, double factor) {
        this.point = point;
        this.sae = sae;
        this.latents = latents;
        this.directions = directions;
        this.factor = factor;
    }

    @Override
    public HookPoint point() {
        return point;
    }

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        int rows = (int) value.getShape().get(0);
        int width = directions[0].length;
        long[] rowLatents = new long[rows];
        float[] rowDirections = new float[rows * width];
        for (int row = 0; row < rows; row++) {
            int example = row % pass.examples();
            rowLatents[row] = latents[example];
            System.arraycopy(directions[example], 0, rowDirections, row * width, width);
        }
        try (NDManager scope = value.getManager().newSubManager()) {
            SparseCodes codes = sae.encode(Positions.rows(scope, value));
            NDArray moved = KERNELS.call(scope, "moved", value, codes.indices(), codes.values(), Tensors.of(scope, rowLatents, rows),
                    Tensors.of(scope, rowDirections, rows, width), factor - 1);
            moved.attach(value.getManager());
            return moved;
        }
    }
}

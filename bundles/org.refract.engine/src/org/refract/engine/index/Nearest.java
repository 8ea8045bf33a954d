package org.refract.engine.index;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;

/** Nearest features by cosine of the decoder rows, a block of rows at a time. */
final class Nearest {
    private static final KernelLibrary KERNELS = KernelLibrary.of(Nearest.class, "atlas.ts.py");
    /** Cosines held at once: 64 MiB of float32. */
    private static final int BLOCK = 16 << 20;

    private Nearest() {
    }

    /**
     * The live features nearest to each feature, the nearest first; without their labels.
     *
     * @param decoder {@code (latents, width)}
     * @param alive   whether a feature may be a neighbour
     */
    static List<List<Neighbour>> of(NDArray decoder, boolean[] alive, int count, Coactivation together) {
        int latents = alive.length;
        int wanted = Math.min(count, latents - 1);
        List<List<Neighbour>> all = new ArrayList<>(latents);
        try (var parent = decoder.getManager().newSubManager()) {
            float[] weights = new float[latents];
            for (int f = 0; f < latents; f++) {
                weights[f] = alive[f] ? 1 : 0;
            }
            NDArray live = Tensors.of(parent, weights, latents);
            NDArray rows = KERNELS.call(parent, "units", decoder);
            int step = Math.max(1, BLOCK / latents);
            for (int first = 0; first < latents; first += step) {
                int last = Math.min(latents, first + step);
                try (var block = parent.newSubManager()) {
                    NDList best = KERNELS.callList(block, "nearest", rows, live, first, last, wanted);
                    float[] cosines = Tensors.floats(best.get(0));
                    int[] indices = Tensors.ints(best.get(1));
                    for (int f = first; f < last; f++) {
                        all.add(row(f, (f - first) * wanted, wanted, cosines, indices, together));
                    }
                }
            }
        }
        return all;
    }

    private static List<Neighbour> row(int latent, int at, int count, float[] cosines, int[] indices, Coactivation together) {
        List<Neighbour> neighbours = new ArrayList<>(count);
        for (int i = at; i < at + count; i++) {
            if (cosines[i] > -2) {
                neighbours.add(new Neighbour(indices[i], cosines[i], together.jaccard(latent, indices[i]), Optional.empty()));
            }
        }
        return neighbours;
    }
}

package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Whether two dictionaries, say of two seeds, learnt the same directions. Decoder rows are matched one to one so that the sum of their cosines
 * is largest (Hungarian method; Paulo and Belrose 2025, "Sparse Autoencoders Trained on the Same Data Learn Different Features").
 *
 * @param matched mean cosine of the matched directions
 * @param shared share of the matched pairs with a cosine of at least {@value #SHARED}
 * @param meanMaxCosine mean over the first one's directions of the largest cosine with any of the second (Sharkey et al. 2022, MMCS)
 * @param cosines of each of the smaller dictionary's directions with its match
 */
public record SeedStability(double matched, double shared, double meanMaxCosine, double[] cosines) {

    /** From this cosine on, two directions are called one feature (Paulo and Belrose 2025). */
    public static final double SHARED = 0.7;

    /** Cosines that fit beside everything else, 1 GiB. */
    private static final long LARGEST = 1L << 28;

    private static final int BLOCK = 1024;

    /**
     * Matches. Call on the placement's device thread.
     *
     * @throws RefractException if the dictionaries write vectors of different widths, or have too many latents to be matched exactly
     */
    public static SeedStability of(Sae first, Sae second, Placement placement) throws RefractException {
        if (first.config().outputWidth() != second.config().outputWidth()) {
            throw RefractException.usage("Dictionaries of widths %d and %d have no directions to compare.", first.config().outputWidth(),
                    second.config().outputWidth());
        }
        if ((long) first.config().latents() * second.config().latents() > LARGEST) {
            throw RefractException.usage("Dictionaries of %d and %d latents are too large to be matched exactly: at most %d times %d are.",
                    first.config().latents(), second.config().latents(), 1L << 14, 1L << 14);
        }
        boolean swapped = first.config().latents() > second.config().latents();
        float[][] cosines = swapped ? cosines(second, first, placement) : cosines(first, second, placement);
        double meanMax = swapped ? meanMaxOfColumns(cosines) : meanMaxOfRows(cosines);
        for (float[] row : cosines) {
            for (int j = 0; j < row.length; j++) {
                row[j] = -row[j];
            }
        }
        int[] match = Assignment.of(cosines);
        double[] matched = new double[match.length];
        for (int i = 0; i < match.length; i++) {
            matched[i] = -cosines[i][match[i]];
        }
        double shared = Arrays.stream(matched).filter(c -> c >= SHARED).count() / (double) matched.length;
        return new SeedStability(Arrays.stream(matched).average().orElse(Double.NaN), shared, meanMax, matched);
    }

    /** The numbers by name. */
    public Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("matched_cosine", matched);
        values.put("shared_features", shared);
        values.put("mean_max_cosine", meanMaxCosine);
        return values;
    }

    private static float[][] cosines(Sae rows, Sae columns, Placement placement) {
        float[][] cosines = new float[rows.config().latents()][];
        int width = columns.config().latents();
        for (int first = 0; first < cosines.length; first += BLOCK) {
            int count = Math.min(BLOCK, cosines.length - first);
            try (Scope step = Scope.open(placement)) {
                NDArray some = ReconstructionHook.KERNELS.call(step, "rows", rows.decoder(), first, count);
                float[] block = Tensors.floats(ReconstructionHook.KERNELS.call(step, "cosines", some, columns.decoder()));
                for (int i = 0; i < count; i++) {
                    cosines[first + i] = Arrays.copyOfRange(block, i * width, (i + 1) * width);
                }
            }
        }
        return cosines;
    }

    private static double meanMaxOfRows(float[][] cosines) {
        double sum = 0;
        for (float[] row : cosines) {
            float most = -1;
            for (float cosine : row) {
                most = Math.max(most, cosine);
            }
            sum += most;
        }
        return sum / cosines.length;
    }

    private static double meanMaxOfColumns(float[][] cosines) {
        float[] most = new float[cosines[0].length];
        Arrays.fill(most, -1);
        for (float[] row : cosines) {
            for (int j = 0; j < row.length; j++) {
                most[j] = Math.max(most[j], row[j]);
            }
        }
        double sum = 0;
        for (float cosine : most) {
            sum += cosine;
        }
        return sum / most.length;
    }
}

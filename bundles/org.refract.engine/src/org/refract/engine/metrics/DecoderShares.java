package org.refract.engine.metrics;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.sae.Sae;
import org.refract.engine.tensor.Tensors;

/**
 * Which hook points each latent of a crosscoder belongs to: {@code ‖W_dec_i^p‖ / Σ_q ‖W_dec_i^q‖}, the relative norm of Lindsey et al. 2024,
 * Sparse crosscoders. Near 1 the latent is of that point alone, near 1 / points it is shared by all.
 *
 * @param points the hook points
 * @param shares (latents, points); each row sums to 1, or is 0 where the latent writes nothing
 */
public record DecoderShares(List<String> points, double[][] shares) {

    /** From this share on a latent is one point's own (Minder et al. 2025, Robustly identifying concepts introduced during chat fine-tuning). */
    public static final double OWN = 0.9;

    private static final int BINS = 10;

    static DecoderShares of(Sae sae, List<String> points) {
        try (NDManager step = sae.decoder().getManager().newSubManager()) {
            double[] flat = Tensors.doubles(ReconstructionMetrics.KERNELS.call(step, "shares", sae.decoder(), points.size()));
            double[][] shares = new double[flat.length / points.size()][points.size()];
            for (int i = 0; i < flat.length; i++) {
                shares[i / points.size()][i % points.size()] = flat[i];
            }
            return new DecoderShares(points, shares);
        }
    }

    /** For each point the mean share, and how many of the latents, as a share, are its own. */
    public Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int p = 0; p < points.size(); p++) {
            double sum = 0;
            int own = 0;
            for (double[] latent : shares) {
                sum += latent[p];
                own += latent[p] >= OWN ? 1 : 0;
            }
            values.put("decoder_norm_share[" + points.get(p) + "]", sum / shares.length);
            values.put("frac_own_latents[" + points.get(p) + "]", (double) own / shares.length);
        }
        return values;
    }

    /** How many latents have a share of a point in each tenth from 0 to 1. */
    public int[] histogram(int point) {
        int[] counts = new int[BINS];
        for (double[] latent : shares) {
            counts[Math.min(BINS - 1, (int) (latent[point] * BINS))]++;
        }
        return counts;
    }
}

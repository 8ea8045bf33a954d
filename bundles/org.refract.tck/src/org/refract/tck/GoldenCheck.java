package org.refract.tck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.metrics.LatentActivity;
import org.refract.engine.metrics.Metric;
import org.refract.engine.metrics.ReconstructionMetrics;
import org.refract.engine.sae.Weights;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Compares an SAE with recorded values of the tool that made it: a safetensors file with {@code x} (samples, width), {@code latents} (samples,
 * latents), {@code recon} and perhaps {@code target} (samples, output width), and {@code loss.*} (samples), or of the whole batch. A test asserts that
 * {@link #differences(Sae, Path)} finds nothing.
 */
public final class GoldenCheck {

    private static final KernelLibrary KERNELS = KernelLibrary.of(GoldenCheck.class, "golden.ts.py");

    /** Of the largest value of a row; rows of the recorded inputs differ by factors of some hundred. */
    private static final double RELATIVE = 1e-5;

    private static final double ABSOLUTE = 1e-6;

    /** Of a loss, which sums over a row. */
    private static final double LOSS = 1e-4;

    private static final List<String> NAMES =
            List.of("latents", "recon", "loss.mse_sum", "loss.mse_mean", "loss.l1", "loss.l1_wdec", "loss.l0", "loss.fvu", "loss.normalized_mse",
                    "loss.normalized_l1");

    /** What some tools say of the whole batch, as the measures of {@link Metric}. */
    private static final Map<String, Metric> OF_BATCH = Map.of("loss.fvu", Metric.FVU_SPARSIFY, "loss.multi_topk_fvu", Metric.FVU_SPARSIFY,
            "loss.normalized_mse", Metric.NORMALIZED_MSE_OPENAI, "loss.normalized_l1", Metric.NORMALIZED_L1_OPENAI);

    private GoldenCheck() {
    }

    /** What differs by more than rounding, a sentence each; empty if the SAE computes what was recorded. */
    public static List<String> differences(Sae sae, Path golden) throws RefractException {
        return differences(sae, golden, NAMES);
    }

    /** As {@link #differences(Sae, Path)}, for some of the recorded values. */
    public static List<String> differences(Sae sae, Path golden, List<String> names) throws RefractException {
        List<String> found = new ArrayList<>();
        try (SafeTensors file = SafeTensors.open(golden); NDManager step = sae.decoder().getManager().newSubManager()) {
            NDArray x = file.read("x", step);
            int samples = (int) x.getShape().get(0);
            SparseCodes codes = sae.encode(x);
            float[] latents = Tensors.floats(KERNELS.call(step, "dense", codes.indices(), codes.values(), codes.latents()));
            float[] recon = Tensors.floats(sae.reconstruct(x));
            if (names.contains("latents")) {
                compare("latents", samples, file.floats("latents"), latents).ifPresent(found::add);
            }
            if (names.contains("recon")) {
                compare("recon", samples, file.floats("recon"), recon).ifPresent(found::add);
            }
            float[] target = file.floats(file.has("target") ? "target" : "x");
            float[] norms = Tensors.floats(KERNELS.call(step, "rows_norm", Weights.floats(step, decoderWeight(sae))));
            for (String name : names) {
                double[] values = switch (name) {
                    case "loss.mse_sum" -> perRow(samples, recon.length / samples, (i, j) -> Math.pow(recon[i] - target[i], 2), 1);
                    case "loss.mse_mean" -> perRow(samples, recon.length / samples, (i, j) -> Math.pow(recon[i] - target[i], 2), samples / (double) recon.length);
                    case "loss.l1" -> perRow(samples, codes.latents(), (i, j) -> Math.abs(latents[i]), 1);
                    case "loss.l1_wdec" -> perRow(samples, codes.latents(), (i, j) -> latents[i] * norms[j], 1);
                    case "loss.l0" -> perRow(samples, codes.latents(), (i, j) -> latents[i] != 0 ? 1 : 0, 1);
                    default -> new double[0];
                };
                if (OF_BATCH.containsKey(name) && file.has(name) && file.floats("x").length / samples == target.length / samples) {
                    values = new double[] {ofBatch(step, x, Tensors.of(step, target, samples, target.length / samples), codes, sae).get(OF_BATCH.get(name))};
                }
                float[] expected = values.length == 0 ? new float[0] : file.floats(name);
                for (int i = 0; i < values.length; i++) {
                    if (!(Math.abs(values[i] - expected[i]) <= LOSS * Math.abs(expected[i]) + ABSOLUTE)) {
                        found.add("%s of sample %d is %s, recorded is %s".formatted(name, i, values[i], expected[i]));
                        break;
                    }
                }
            }
        }
        return found;
    }

    private static Map<Metric, Double> ofBatch(NDManager step, NDArray x, NDArray target, SparseCodes codes, Sae sae) {
        try (Scope scope = Scope.in(step, Placement.CPU); LatentActivity activity = new LatentActivity(scope, codes.latents())) {
            float[] all = Tensors.floats(target);
            int width = (int) target.getShape().get(1);
            double[] mean = new double[width];
            for (int i = 0; i < all.length; i++) {
                mean[i % width] += all[i] / (double) target.getShape().get(0);
            }
            ReconstructionMetrics metrics = new ReconstructionMetrics(Tensors.of(step, mean, width), activity);
            metrics.add(target, codes, sae.reconstruct(x));
            return metrics.values();
        }
    }

    private interface Term {
        double of(int element, int column);
    }

    private static double[] perRow(int rows, int columns, Term term, double scale) {
        double[] sums = new double[rows];
        for (int i = 0; i < rows * columns; i++) {
            sums[i / columns] += scale * term.of(i, i % columns);
        }
        return sums;
    }

    private static NDArray decoderWeight(Sae sae) {
        NDArray own = sae.tensors().get("W_dec");
        return own == null ? sae.decoder() : own;
    }

    private static Optional<String> compare(String name, int rows, float[] expected, float[] found) {
        if (expected.length != found.length) {
            return Optional.of("%s has %d numbers, recorded are %d".formatted(name, found.length, expected.length));
        }
        int columns = expected.length / rows;
        for (int row = 0; row < rows; row++) {
            double largest = 0;
            for (int i = row * columns; i < (row + 1) * columns; i++) {
                largest = Math.max(largest, Math.abs(expected[i]));
            }
            for (int i = row * columns; i < (row + 1) * columns; i++) {
                if (!(Math.abs(expected[i] - found[i]) <= RELATIVE * largest + ABSOLUTE)) {
                    return Optional.of("%s[%d, %d] is %s, recorded is %s".formatted(name, row, i % columns, found[i], expected[i]));
                }
            }
        }
        return Optional.empty();
    }
}

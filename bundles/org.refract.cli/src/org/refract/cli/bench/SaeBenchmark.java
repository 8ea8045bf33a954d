package org.refract.cli.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/**
 * One optimiser step of an SAE on normal noise, beside the one matrix product that it cannot avoid.
 *
 * @param width   d
 * @param latents n
 * @param k       active latents of a sample; a variant without k begins with biases that let so many be active
 * @param batch   samples per step
 * @param rounds  how often both are timed, in turn
 * @param chosen  settings of the variant besides k
 */
record SaeBenchmark(int width, int latents, int k, int batch, int rounds, Map<String, String> chosen) {

    /** Samples whose pre-activations tell where k of them are positive. */
    private static final int SAMPLES = 64;

    /** Seconds of {@code product} and {@code step} (medians), their {@code ratio}, and {@code peak_mib}. */
    Map<String, Double> run(SaeVariant variant, Placement placement, Monitor monitor) throws RefractException {
        boolean selects = variant.hyperparameters().stream().anyMatch(h -> h.name().equals("k"));
        Map<String, String> given = new LinkedHashMap<>(chosen);
        if (selects) {
            given.put("k", String.valueOf(k));
        }
        Settings settings = Settings.of(variant.hyperparameters(), given);
        try (Scope scope = Scope.open(placement)) {
            NDArray x = Tensors.of(scope.manager(), new TorchRandom(1).randn(batch * width), batch, width);
            NDArray weight = Tensors.of(scope.manager(), new TorchRandom(2).randn(latents * width), latents, width).transpose();
            SaeConfig config = new SaeConfig(variant.id(), width, width, latents, settings);
            Stopwatch product = new Stopwatch();
            Stopwatch step = new Stopwatch();
            try (Sae sae = selects ? variant.create(config, x, 0, placement) : sparse(variant, config, x, placement, scope); SaeTrainer trainer = variant.trainer(sae, x, batch)) {
                monitor.stage("Timing " + variant.id(), rounds);
                for (int round = 0; round <= rounds; round++) {
                    monitor.checkpoint();
                    product.time(() -> multiply(x, weight));
                    step.time(() -> {
                        trainer.step(x);
                        wait(x);
                    });
                    monitor.advance(round == 0 ? 0 : 1);
                }
            }
            Map<String, Double> result = new LinkedHashMap<>();
            result.put("product", product.median());
            result.put("step", step.median());
            result.put("ratio", step.median() / product.median());
            result.put("peak_mib", PeakMemory.mebibytes());
            return result;
        }
    }

    /** An SAE whose biases, or thresholds, let about k latents be active. */
    private Sae sparse(SaeVariant variant, SaeConfig config, NDArray x, Placement placement, Scope scope) throws RefractException {
        try (Sae fresh = variant.create(config, x, 0, placement); Scope step = scope.child()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>(fresh.tensors());
            float[] pre = Tensors.floats(step.adopt(step.adopt(x.get("0:" + Math.min(SAMPLES, batch))).matMul(tensors.get("W_enc"))));
            Arrays.sort(pre);
            float edge = pre[(int) ((long) pre.length * (latents - k) / latents)];
            String name = tensors.containsKey("threshold") ? "threshold" : tensors.containsKey("b_gate") ? "b_gate" : "b_enc";
            tensors.put(name, step.manager().full(new Shape(latents), name.equals("threshold") ? edge : -edge, DataType.FLOAT32));
            return variant.restore(config, tensors, placement);
        }
    }

    private static void multiply(NDArray x, NDArray weight) {
        try (NDArray ignored = x.matMul(weight)) {
            wait(ignored);
        }
    }

    /** Waits for the device by reading one number that it computes after everything else. */
    private static void wait(NDArray x) {
        if (x.getDevice().isGpu()) {
            try (NDArray corner = x.get("0:1,0:1")) {
                corner.toByteBuffer();
            }
        }
    }
}

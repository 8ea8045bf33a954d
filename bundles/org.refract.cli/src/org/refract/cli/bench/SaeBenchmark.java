package org.refract.cli.bench;

import ai.djl.ndarray.NDArray;
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
 * @param k       active latents, 0 for variants without k
 * @param batch   samples per step
 * @param rounds  how often both are timed, in turn
 */
record SaeBenchmark(int width, int latents, int k, int batch, int rounds) {

    /** Seconds of {@code product} and {@code step} (medians), their {@code ratio}, and {@code peak_mib}. */
    Map<String, Double> run(SaeVariant variant, Placement placement, Monitor monitor) throws RefractException {
        Settings settings = Settings.of(variant.hyperparameters(), k > 0 ? Map.of("k", String.valueOf(k)) : Map.of());
        try (Scope scope = Scope.open(placement)) {
            NDArray x = Tensors.of(scope.manager(), new TorchRandom(1).randn(batch * width), batch, width);
            NDArray weight = Tensors.of(scope.manager(), new TorchRandom(2).randn(latents * width), latents, width).transpose();
            SaeConfig config = new SaeConfig(variant.id(), width, width, latents, settings);
            Stopwatch product = new Stopwatch();
            Stopwatch step = new Stopwatch();
            try (Sae sae = variant.create(config, x, 0, placement); SaeTrainer trainer = variant.trainer(sae, x, batch)) {
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

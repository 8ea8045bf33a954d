package org.refract.sae.batchtopk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.engine.Locations;
import org.refract.engine.sae.TrainingGolden;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The BatchTopK variant trains as SAELens and dictionary_learning train theirs. */
final class BatchTopKVariantTest {

    private final BatchTopKVariant variant = new BatchTopKVariant();

    @Test
    void trainsAsSaeLensDoes() throws Exception {
        assertEquals(List.of(), differences("saelens_batchtopk",
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "threshold", "topk_threshold"),
                Map.of("lr", "0.003", "k", "5", "dead_tokens", "64", "threshold_beta", "0.9"),
                Map.of("mse_loss", "mse_loss", "auxiliary_reconstruction_loss", "auxiliary_reconstruction_loss", "total", "total", "l0", "l0", "grad_norm",
                        "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_batchtopk",
                Map.of("W_enc", "^encoder.weight", "W_dec", "^decoder.weight", "b_enc", "encoder.bias", "b_dec", "b_dec", "threshold", "threshold"),
                Map.ofEntries(Map.entry("lr", "0.003"), Map.entry("k", "5"), Map.entry("warmup_steps", "4"), Map.entry("threshold_start_step", "3"),
                        Map.entry("threshold_beta", "0.9"), Map.entry("auxk_coefficient", "0.03125"), Map.entry("auxk", "dictionary_learning"),
                        Map.entry("dead_tokens", "96"), Map.entry("decoder_constraint", "unit"), Map.entry("b_dec_init", "geometric_median"),
                        Map.entry("rescale_acts_by_decoder_norm", "false")),
                Map.of("mse_loss", "l2_loss", "total", "loss")));
    }

    @Test
    void aResumedTrainingGoesOnToTheBit() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new TorchRandom(5).randn(64 * 8), 64, 8);
            SaeConfig config = config(8, 24, Map.of("lr", "0.01", "b_dec_init", "mean", "dead_tokens", "64", "k", "4"));
            try (Sae whole = variant.create(config, samples, 3, Placement.CPU); SaeTrainer trainer = variant.trainer(whole, samples, 64);
                    Sae first = variant.create(config, samples, 3, Placement.CPU); SaeTrainer begun = variant.trainer(first, samples, 64)) {
                for (int i = 0; i < 4; i++) {
                    trainer.step(samples);
                    begun.step(samples);
                }
                try (Sae second = variant.restore(first.config(), first.tensors(), Placement.CPU); SaeTrainer resumed = variant.trainer(second, samples, 64)) {
                    resumed.restore(begun.state());
                    for (int i = 0; i < 4; i++) {
                        trainer.step(samples);
                        resumed.step(samples);
                    }
                    for (String name : whole.tensors().keySet()) {
                        assertArrayEquals(Tensors.doubles(whole.tensors().get(name)), Tensors.doubles(second.tensors().get(name)), name);
                    }
                    assertEquals(trainer.metrics(), resumed.metrics());
                }
            }
        }
    }

    @Test
    void learnsAPlantedDictionary() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = planted(scope, 256, 16);
            SaeConfig config = config(16, 32, Map.of("lr", "0.03", "k", "4"));
            try (Sae sae = variant.create(config, samples, 1, Placement.CPU); SaeTrainer trainer = variant.trainer(sae, samples, 256)) {
                for (int i = 0; i < 150; i++) {
                    trainer.step(samples);
                }
                Map<String, Double> metrics = trainer.metrics();
                assertTrue(metrics.get("explained_variance") > 0.9, metrics.toString());
                assertTrue(metrics.get("l0") < 12, metrics.toString());
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.zeros(scope.manager(), 4, 8);
            assertThrows(RefractException.class, () -> variant.create(config(9, 24, Map.of()), samples, 3, Placement.CPU));
            assertThrows(RefractException.class, () -> variant.create(config(8, 24, Map.of("lr", "-1")), samples, 3, Placement.CPU));
            assertThrows(RefractException.class, () -> variant.restore(config(8, 24, Map.of()), Map.of(), Placement.CPU));
        }
    }

    private List<String> differences(String set, Map<String, String> names, Map<String, String> settings, Map<String, String> terms) throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.differences(variant, settings, names, terms);
        }
    }

    private SaeConfig config(int width, int latents, Map<String, String> settings) throws RefractException {
        return new SaeConfig("batchtopk", width, width, latents, Settings.of(variant.hyperparameters(), settings));
    }

    /** Samples that are sums of three of {@code width} orthogonal directions. */
    private static NDArray planted(Scope scope, int samples, int width) {
        TorchRandom random = new TorchRandom(9);
        float[] values = new float[samples * width];
        for (int i = 0; i < samples; i++) {
            for (int j = 0; j < 3; j++) {
                float[] draw = random.rand(2);
                values[i * width + (int) (draw[0] * width)] += 1 + draw[1];
            }
        }
        return Tensors.of(scope.manager(), values, samples, width);
    }
}

package org.refract.sae.crosscoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.tck.TrainingGolden;

/** The crosscoder trains as the public ones do. */
final class CrosscoderVariantTest {

    private static final int SAMPLES = 256;
    private static final int WIDTH = 8;
    private static final Map<String, String> NAMES = Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec");

    private final CrosscoderVariant variant = new CrosscoderVariant();

    @Test
    void trainsAsTheReplicationOfModelDiffingDoes() throws Exception {
        assertEquals(List.of(), differences("crosscoder", NAMES, Map.of("lr", "0.003", "l1_coefficient", "0.3", "sparsity_warmup_steps", "6"),
                Map.of("mse_loss", "mse_loss", "l1_loss", "l1_loss", "total", "total", "grad_norm", "grad_norm", "l0", "l0")));
    }

    @Test
    void trainsAsDictionaryLearningDoesWithTheNormOfTheError() throws Exception {
        assertEquals(List.of(), differences("dictlearn_crosscoder", NAMES,
                Map.of("loss", "norm", "lr", "0.003", "l1_coefficient", "0.02", "warmup_steps", "4", "clip", "0"),
                Map.of("l2_loss", "l2_loss", "l1_loss", "l1_loss", "total", "total")));
    }

    @Test
    void trainsAsDictionaryLearningDoesWithBatchTopK() throws Exception {
        Map<String, String> names = new java.util.TreeMap<>(NAMES);
        names.put("threshold", "threshold");
        assertEquals(List.of(), differences("dictlearn_batchtopk_crosscoder", names,
                Map.of("points", "3", "activation", "batchtopk", "loss", "norm", "lr", "0.003", "k", "5", "warmup_steps", "4", "threshold_beta", "0.9",
                        "threshold_start_step", "3", "dead_tokens", "96"),
                Map.of("l2_loss", "l2_loss", "auxiliary_reconstruction_loss", "auxiliary_reconstruction_loss", "total", "total")));
    }

    private List<String> differences(String set, Map<String, String> names, Map<String, String> settings, Map<String, String> terms) throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training_more").resolve(set + ".safetensors"))) {
            return golden.differences(variant, settings, names, terms);
        }
    }

    @Test
    void latentsAreInUnitsOfTheSumOfNormsAndDecodeTheSame() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = samples(scope);
            try (Sae scaled = variant.create(config(Map.of()), x, 1, Placement.CPU);
                    Sae plain = variant.restore(config(Map.of("rescale_acts_by_decoder_norm", "false")), scaled.tensors(), Placement.CPU)) {
                assertArrayEquals(Tensors.floats(plain.reconstruct(x)), Tensors.floats(scaled.reconstruct(x)), 1e-4f);
                SparseCodes units = scaled.encode(x);
                SparseCodes raw = plain.encode(x);
                double factor = Tensors.doubles(units.values())[0] / Tensors.doubles(raw.values())[0];
                assertEquals(0.16, factor, 1e-4);
            }
        }
    }

    @Test
    void learnsWhatTwoPointsShareAndWhatOnlyOneHas() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = samples(scope);
            Map<String, String> settings = Map.of("activation", "batchtopk", "k", "3", "lr", "0.01", "decoder_init_norm", "1", "threshold_start_step", "10",
                    "threshold_beta", "0.9", "dead_tokens", "2560");
            try (Sae sae = variant.create(config(settings), x, 1, Placement.CPU); SaeTrainer trainer = variant.trainer(sae, x, SAMPLES)) {
                for (int i = 0; i < 400; i++) {
                    trainer.step(x);
                }
                assertTrue(trainer.metrics().get("explained_variance") > 0.9, trainer.metrics().toString());
                double[] error = Tensors.doubles(sae.reconstruct(x).sub(x));
                double[] all = Tensors.doubles(x);
                double wrong = 0;
                double size = 0;
                for (int i = 0; i < error.length; i++) {
                    wrong += error[i] * error[i];
                    size += all[i] * all[i];
                }
                assertTrue(wrong < 0.1 * size, "with the threshold that training left: " + wrong + " of " + size);
            }
        }
    }

    @Test
    void aResumedTrainingGoesOnToTheBit() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = samples(scope);
            SaeConfig config = config(Map.of("activation", "batchtopk", "k", "3", "lr", "0.01", "threshold_start_step", "1", "dead_tokens", "256"));
            try (Sae whole = variant.create(config, x, 3, Placement.CPU); SaeTrainer trainer = variant.trainer(whole, x, SAMPLES);
                    Sae first = variant.create(config, x, 3, Placement.CPU); SaeTrainer begun = variant.trainer(first, x, SAMPLES)) {
                for (int i = 0; i < 4; i++) {
                    trainer.step(x);
                    begun.step(x);
                }
                try (Sae second = variant.restore(first.config(), first.tensors(), Placement.CPU); SaeTrainer resumed = variant.trainer(second, x, SAMPLES)) {
                    resumed.restore(begun.state());
                    for (int i = 0; i < 4; i++) {
                        trainer.step(x);
                        resumed.step(x);
                    }
                    for (String name : whole.tensors().keySet()) {
                        assertArrayEquals(Tensors.doubles(whole.tensors().get(name)), Tensors.doubles(second.tensors().get(name)), name);
                    }
                    assertEquals(trainer.metrics(), resumed.metrics());
                }
            }
        }
    }

    /** A matrix of its samples times latents would take 2 GiB. */
    @Test
    void trainsManyLatentsInLittleMemory() throws Exception {
        int latents = 1 << 18;
        int samples = 2048;
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new TorchRandom(4).randn(samples * 4), samples, 4);
            Map<String, String> settings = Map.of("activation", "batchtopk", "k", "2", "dead_tokens", "4096");
            try (Sae sae = variant.create(new SaeConfig("crosscoder", 4, 4, latents, Settings.of(variant.hyperparameters(), settings)), x, 1, Placement.CPU);
                    SaeTrainer trainer = variant.trainer(sae, x, samples)) {
                long before = peak();
                for (int i = 0; i < 3; i++) {
                    trainer.step(x);
                }
                assertEquals(2, trainer.metrics().get("l0"), 1e-9);
                assertTrue(trainer.metrics().get("dead") > latents / 2, "the auxiliary loss had dead latents to revive");
                assertTrue(peak() - before < 700_000, "the peak grew from " + before + " KiB to " + peak() + " KiB");
            }
        }
    }

    private static long peak() throws Exception {
        Path status = Path.of("/proc/self/status");
        return !Files.exists(status) ? 0 : Files.readAllLines(status).stream().filter(l -> l.startsWith("VmHWM"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).sum();
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = samples(scope);
            assertTrue(refusal(() -> variant.create(config(Map.of("points", "3")), x, 3, Placement.CPU)).contains("3 hook points"));
            assertTrue(refusal(() -> variant.create(config(Map.of("points", "0")), x, 3, Placement.CPU)).contains("The setting 'points' cannot be '0'"));
            try (Sae sae = variant.create(config(Map.of("activation", "batchtopk", "k", "33")), x, 3, Placement.CPU)) {
                assertTrue(refusal(() -> variant.trainer(sae, x, SAMPLES)).contains("'k'"));
            }
            try (Sae sae = variant.create(config(Map.of("activation", "batchtopk", "k", "3", "rescale_acts_by_decoder_norm", "false")), x, 3, Placement.CPU)) {
                assertTrue(refusal(() -> variant.trainer(sae, x, SAMPLES)).contains("rescale_acts_by_decoder_norm"));
            }
        }
    }

    private static String refusal(org.junit.jupiter.api.function.Executable wrong) {
        return assertThrows(RefractException.class, wrong).getMessage();
    }

    private SaeConfig config(Map<String, String> settings) throws RefractException {
        return new SaeConfig("crosscoder", 2 * WIDTH, 2 * WIDTH, 32, Settings.of(variant.hyperparameters(), settings));
    }

    /** Two points: sums of three of eight shared directions at both, and of one of eight others at the second. */
    private static NDArray samples(Scope scope) {
        TorchRandom random = new TorchRandom(9);
        float[] values = new float[SAMPLES * 2 * WIDTH];
        for (int i = 0; i < SAMPLES; i++) {
            for (int j = 0; j < 2; j++) {
                float[] draw = random.rand(2);
                int shared = (int) (draw[0] * WIDTH);
                values[i * 2 * WIDTH + shared] += 1 + draw[1];
                values[i * 2 * WIDTH + WIDTH + shared] += 1 + draw[1];
            }
            float[] draw = random.rand(2);
            values[i * 2 * WIDTH + WIDTH + (int) (draw[0] * WIDTH)] -= 1 + draw[1];
        }
        return Tensors.of(scope.manager(), values, SAMPLES, 2 * WIDTH);
    }
}

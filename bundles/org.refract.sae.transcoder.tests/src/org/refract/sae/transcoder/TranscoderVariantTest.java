package org.refract.sae.transcoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.tck.TrainingGolden;

/** The transcoder trains as sparsify trains its own. */
final class TranscoderVariantTest {

    private static final int SAMPLES = 256;
    private static final int WIDTH = 8;
    private static final int OUTPUT = 12;

    private final TranscoderVariant variant = new TranscoderVariant();

    @Test
    void trainsAsSparsifyDoes() throws Exception {
        assertEquals(List.of(), differences("sparsify_transcoder", false, Map.of("k", "6", "skip", "false")));
    }

    @Test
    void trainsAsSparsifyDoesWithASkipConnectionAndAnotherOutputWidth() throws Exception {
        assertEquals(List.of(), differences("sparsify_skip_transcoder", true, Map.of("k", "6")));
    }

    @Test
    void trainsAsSparsifyDoesWithGroupMax() throws Exception {
        assertEquals(List.of(), differences("sparsify_skip_transcoder_groupmax", true, Map.of("k", "3", "activation", "groupmax")));
    }

    private List<String> differences(String set, boolean skip, Map<String, String> own) throws Exception {
        Map<String, String> settings = new java.util.TreeMap<>(Map.of("lr", "0.003", "warmup_steps", "4", "auxk_alpha", "0.03125", "dead_tokens", "64"));
        settings.putAll(own);
        Map<String, String> names = new java.util.TreeMap<>(Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec"));
        if (skip) {
            names.put("W_skip", "W_skip");
        }
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training_more").resolve(set + ".safetensors"))) {
            return golden.differences(variant, settings, names, Map.of("fvu", "fvu", "auxk_loss", "auxk_loss", "total", "total"));
        }
    }

    @Test
    void learnsWhatASmallNetworkDoes() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = inputs(scope);
            NDArray y = outputs(scope, x);
            try (Sae sae = variant.create(config(Map.of("k", "4", "lr", "0.01")), x, y, 1, Placement.CPU);
                    SaeTrainer trainer = variant.trainer(sae, x, y, SAMPLES)) {
                for (int i = 0; i < 300; i++) {
                    trainer.step(x, y);
                }
                assertTrue(trainer.metrics().get("fvu") < 0.1, trainer.metrics().toString());
                double[] found = Tensors.doubles(sae.reconstruct(x));
                double[] expected = Tensors.doubles(y);
                double error = 0;
                double size = 0;
                for (int i = 0; i < found.length; i++) {
                    error += Math.pow(found[i] - expected[i], 2);
                    size += Math.pow(expected[i], 2);
                }
                assertTrue(error < 0.1 * size, error + " of " + size);
            }
        }
    }

    @Test
    void beginsByPredictingTheMeanOfTheOutput() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = inputs(scope);
            NDArray y = outputs(scope, x);
            try (Sae sae = variant.create(config(Map.of("k", "4")), x, y, 1, Placement.CPU); SaeTrainer trainer = variant.trainer(sae, x, y, SAMPLES)) {
                trainer.step(x, y);
                assertEquals(1, trainer.metrics().get("fvu"), 1e-4);
                assertTrue(sae.tensors().containsKey("W_skip"));
            }
            try (Sae sae = variant.create(config(Map.of("k", "4", "skip", "false")), x, y, 1, Placement.CPU)) {
                assertFalse(sae.tensors().containsKey("W_skip"));
            }
        }
    }

    @Test
    void aResumedTrainingGoesOnToTheBit() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = inputs(scope);
            NDArray y = outputs(scope, x);
            SaeConfig config = config(Map.of("k", "4", "lr", "0.01", "auxk_alpha", "0.1", "dead_tokens", "512"));
            try (Sae whole = variant.create(config, x, y, 3, Placement.CPU); SaeTrainer trainer = variant.trainer(whole, x, y, SAMPLES);
                    Sae first = variant.create(config, x, y, 3, Placement.CPU); SaeTrainer begun = variant.trainer(first, x, y, SAMPLES)) {
                for (int i = 0; i < 4; i++) {
                    trainer.step(x, y);
                    begun.step(x, y);
                }
                try (Sae second = variant.restore(first.config(), first.tensors(), Placement.CPU);
                        SaeTrainer resumed = variant.trainer(second, x, y, SAMPLES)) {
                    resumed.restore(begun.state());
                    for (int i = 0; i < 4; i++) {
                        trainer.step(x, y);
                        resumed.step(x, y);
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
    void whatDoesNotFitIsRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = inputs(scope);
            NDArray y = outputs(scope, x);
            assertTrue(refusal(() -> variant.create(config(Map.of("k", "25")), x, y, 3, Placement.CPU)).contains("k = 25"));
            assertTrue(refusal(() -> variant.create(config(Map.of("k", "5", "activation", "groupmax")), x, y, 3, Placement.CPU)).contains("equal size"));
            assertTrue(refusal(() -> variant.create(config(Map.of()), x, x, 3, Placement.CPU)).contains("pairs of inputs and targets"));
            assertTrue(refusal(() -> variant.create(config(Map.of()), y, x, 3, Placement.CPU)).contains("width is 8"));
            NDArray fewer = y.get("0:4");
            assertTrue(refusal(() -> variant.create(config(Map.of()), x, fewer, 3, Placement.CPU)).contains("256 inputs, but 4 targets"));
            NDArray broken = y.add(Float.NaN);
            assertTrue(refusal(() -> variant.create(config(Map.of()), x, broken, 3, Placement.CPU)).contains("NaN"));
        }
    }

    private static String refusal(org.junit.jupiter.api.function.Executable wrong) {
        return assertThrows(RefractException.class, wrong).getMessage();
    }

    private SaeConfig config(Map<String, String> settings) throws RefractException {
        Map<String, String> all = new java.util.TreeMap<>(Map.of("k", "4"));
        all.putAll(settings);
        return new SaeConfig("transcoder", WIDTH, OUTPUT, 24, Settings.of(variant.hyperparameters(), all));
    }

    private static NDArray inputs(Scope scope) {
        return Tensors.of(scope.manager(), new TorchRandom(5).randn(SAMPLES * WIDTH), SAMPLES, WIDTH);
    }

    /** A linear map of the inputs and four of eight rectified ones. */
    private static NDArray outputs(Scope scope, NDArray x) {
        TorchRandom random = new TorchRandom(6);
        NDArray linear = Tensors.of(scope.manager(), random.randn(WIDTH * OUTPUT), WIDTH, OUTPUT);
        NDArray rectified = Tensors.of(scope.manager(), random.randn(WIDTH * OUTPUT), WIDTH, OUTPUT);
        return x.matMul(linear).add(x.maximum(0).matMul(rectified)).add(1);
    }
}

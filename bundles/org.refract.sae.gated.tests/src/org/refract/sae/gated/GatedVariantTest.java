package org.refract.sae.gated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.Locations;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Loss;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.tck.TrainingGolden;
import org.refract.tck.VariantCheck;

/** The gated variant trains as SAELens and dictionary_learning train theirs. */
final class GatedVariantTest {

    private final GatedVariant variant = new GatedVariant();

    @Test
    void trainsAsSaeLensDoes() throws Exception {
        assertEquals(List.of(), differences("saelens_gated",
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_gate", "b_gate", "b_mag", "b_mag", "r_mag", "r_mag", "b_dec", "b_dec"),
                Map.of(), List.of("lr", "l1_coefficient", "sparsity_warmup_steps=l1_warm_up_steps"),
                Map.of("mse_loss", "mse_loss", "l1_loss", "l1_loss", "auxiliary_reconstruction_loss", "auxiliary_reconstruction_loss", "total", "total",
                        "l0", "l0", "grad_norm", "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_gated",
                Map.of("W_enc", "^encoder.weight", "W_dec", "^decoder.weight", "b_gate", "gate_bias", "b_mag", "mag_bias", "r_mag", "r_mag", "b_dec",
                        "decoder_bias"),
                Map.of("l1_penalty", "l1", "frozen_auxiliary", "true", "beta1", "0", "clip", "0", "decoder_constraint", "unit"),
                List.of("lr", "l1_coefficient=l1_penalty", "warmup_steps", "sparsity_warmup_steps"),
                Map.of("mse_loss", "mse_loss", "auxiliary_reconstruction_loss", "aux_loss", "total", "loss")));
    }

    @Test
    void aResumedTrainingGoesOnToTheBit() throws Exception {
        assertEquals(List.of(), VariantCheck.resumed(variant, Map.of("lr", "0.01", "b_dec_init", "mean", "dead_tokens", "64", "l1_coefficient", "0.1")));
        Map<String, String> all = new HashMap<>(VariantCheck.SHARED_PARTS);
        all.putAll(Map.of("l1_coefficient", "0.1"));
        assertEquals(List.of(), VariantCheck.resumed(variant, all));
    }

    @Test
    void learnsAPlantedDictionary() throws Exception {
        Map<String, Double> metrics = VariantCheck.learnt(variant, Map.of("lr", "0.03", "l1_coefficient", "0.05"), 150);
        assertTrue(metrics.get("explained_variance") > 0.9, metrics.toString());
        assertTrue(metrics.get("l0") < 12, metrics.toString());
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        assertEquals(List.of(), VariantCheck.accepted(variant, Map.of("l1_coefficient", "0.1")));
    }

    /** With one gate in twenty open the gradients come from the open ones alone. */
    @ParameterizedTest
    @CsvSource({"l1,true,false", "l1,false,true", "decoder_norm,true,true", "decoder_norm,false,false"})
    void gradientsOfFewOpenGatesAreThoseOfAutograd(String penalty, boolean centred, boolean frozen) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            TorchRandom random = new TorchRandom(6);
            Settings settings = Settings.of(variant.hyperparameters(), Map.of("l1_coefficient", "0.3", "l1_penalty", penalty, "apply_b_dec_to_input",
                    "" + centred, "frozen_auxiliary", "" + frozen));
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("W_enc", Tensors.of(scope.manager(), random.randn(6 * 64), 6, 64));
            tensors.put("W_dec", Tensors.of(scope.manager(), random.randn(64 * 6), 64, 6));
            tensors.put("b_gate", scope.manager().full(new Shape(64), centred ? -7f : -4.5f));
            tensors.put("b_mag", scope.manager().full(new Shape(64), -3f));
            tensors.put("r_mag", Tensors.of(scope.manager(), random.randn(64), 64));
            tensors.put("b_dec", Tensors.of(scope.manager(), random.randn(6), 6));
            NDArray x = Tensors.of(scope.manager(), random.randn(40 * 6), 40, 6);
            NDArray target = Tensors.of(scope.manager(), random.randn(40 * 6), 40, 6);
            try (DenseSae sae = (DenseSae) variant.restore(new SaeConfig("gated", 6, 6, 64, settings), tensors, Placement.CPU)) {
                NDList given = new NDList(variant.loss(sae, settings).parameters().stream().map(sae.tensors()::get).toArray(NDArray[]::new));
                NDList few = variant.loss(sae, settings).evaluate(scope.manager(), x, target, given, new Loss.Step(0, 0.5, null));
                NDList all = GatedVariant.KERNELS.callTraining(scope, "evaluate", x, target, given, 0.15,
                        penalty.equals("decoder_norm"), frozen, centred);
                assertEquals(1, few.get(8).getShape().dimension(), "the sparse way was taken");
                for (int i = 0; i < 8; i++) {
                    double[] expected = Tensors.doubles(all.get(i));
                    assertArrayEquals(expected, Tensors.doubles(few.get(i)), 1e-5 * (1 + Arrays.stream(expected).map(Math::abs).max().orElse(0)), "result " + i);
                }
                long active = 0;
                for (float z : Tensors.floats(all.get(8))) {
                    active += z != 0 ? 1 : 0;
                }
                assertEquals(active, Arrays.stream(Tensors.longs(few.get(8))).sum());
                assertTrue(active > 20, "some are active");
            }
        }
    }

    private List<String> differences(String set, Map<String, String> names, Map<String, String> fixed, List<String> taken, Map<String, String> terms)
            throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.differences(variant, golden.said().settings(fixed, taken.toArray(String[]::new)), names, terms);
        }
    }
}

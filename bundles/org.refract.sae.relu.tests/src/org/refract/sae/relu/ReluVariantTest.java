package org.refract.sae.relu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.Locations;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Loss;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.tck.TrainingGolden;
import org.refract.tck.VariantCheck;

/** The ReLU variant trains as SAELens and dictionary_learning train theirs. */
final class ReluVariantTest {

    private static final Map<String, String> SAELENS = Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec");
    private static final Map<String, String> DICTIONARY_LEARNING =
            Map.of("W_enc", "^encoder.weight", "W_dec", "^decoder.weight", "b_enc", "encoder.bias", "b_dec", "bias");

    private final ReluVariant variant = new ReluVariant();

    @Test
    void trainsAsSaeLensDoes() throws Exception {
        assertEquals(List.of(), differences("saelens_standard", SAELENS,
                Map.of(), List.of("lr", "l1_coefficient", "sparsity_warmup_steps=l1_warm_up_steps"),
                Map.of("mse_loss", "mse_loss", "l1_loss", "l1_loss", "total", "total", "l0", "l0", "grad_norm", "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_standard", DICTIONARY_LEARNING,
                Map.of("l1_penalty", "l1", "clip", "0", "decoder_constraint", "unit"),
                List.of("lr", "l1_coefficient=l1_penalty", "warmup_steps", "sparsity_warmup_steps"),
                Map.of("mse_loss", "mse_loss", "total", "loss")));
    }

    @Test
    void trainsAsDictionaryLearningsAprilUpdateDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_standard_april", DICTIONARY_LEARNING,
                Map.of(), List.of("lr", "l1_coefficient=l1_penalty", "warmup_steps", "sparsity_warmup_steps"),
                Map.of("mse_loss", "mse_loss", "total", "loss")));
    }

    @Test
    void aSampleWithoutActiveLatentsIsItsBias() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("W_enc", Tensors.zeros(scope.manager(), 2, 3));
            tensors.put("W_dec", Tensors.zeros(scope.manager(), 3, 2));
            tensors.put("b_enc", Tensors.zeros(scope.manager(), 3));
            tensors.put("b_dec", Tensors.of(scope.manager(), new float[] {1, 2}));
            try (Sae sae = variant.restore(config(2, 3, Map.of()), tensors, Placement.CPU)) {
                NDArray x = Tensors.zeros(scope.manager(), 4, 2);
                SparseCodes codes = sae.encode(x);
                assertArrayEquals(new float[] {1, 2, 1, 2, 1, 2, 1, 2}, Tensors.floats(sae.decode(codes)));
                assertArrayEquals(new float[] {1, 2, 1, 2, 1, 2, 1, 2}, Tensors.floats(sae.reconstruct(x)));
            }
        }
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
        assertTrue(metrics.get("explained_variance") > 0.95, metrics.toString());
        assertTrue(metrics.get("l0") < 12, metrics.toString());
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        assertEquals(List.of(), VariantCheck.accepted(variant, Map.of("l1_coefficient", "0.1")));
    }

    @Test
    void whatThisFormCannotBeIsRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.zeros(scope.manager(), 4, 8);
            assertThrows(RefractException.class, () -> variant.create(config(8, 24, Map.of("transcode", "true")), samples, 3, Placement.CPU));
            Map<String, String> rescaled = Map.of("rescale_acts_by_decoder_norm", "true");
            assertThrows(RefractException.class, () -> variant.create(config(8, 24, rescaled), samples, 3, Placement.CPU));
            Map<String, String> folded = Map.of("normalize_activations", "expected_average_only_in");
            assertThrows(RefractException.class, () -> variant.create(config(8, 24, folded), samples, 3, Placement.CPU));
            NDArray infinite = samples.add(1f).div(0f);
            RefractException refused = assertThrows(RefractException.class, () -> variant.create(config(8, 24, Map.of()), infinite, 3, Placement.CPU));
            assertTrue(refused.getMessage().contains("NaN"), refused.getMessage());
        }
    }

    /** With one latent in twenty active the gradients come from the active ones alone. */
    @ParameterizedTest
    @CsvSource({"l1,true", "l1,false", "decoder_norm,true", "decoder_norm,false"})
    void gradientsOfFewActiveLatentsAreThoseOfAutograd(String penalty, boolean centred) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            TorchRandom random = new TorchRandom(6);
            Settings settings = Settings.of(variant.hyperparameters(), Map.of("l1_coefficient", "0.3", "l1_penalty", penalty, "apply_b_dec_to_input", "" + centred));
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("W_enc", Tensors.of(scope.manager(), random.randn(6 * 64), 6, 64));
            tensors.put("W_dec", Tensors.of(scope.manager(), random.randn(64 * 6), 64, 6));
            tensors.put("b_enc", scope.manager().full(new Shape(64), centred ? -7f : -4.5f));
            tensors.put("b_dec", Tensors.of(scope.manager(), random.randn(6), 6));
            NDArray x = Tensors.of(scope.manager(), random.randn(40 * 6), 40, 6);
            NDArray target = Tensors.of(scope.manager(), random.randn(40 * 6), 40, 6);
            try (DenseSae sae = (DenseSae) variant.restore(new SaeConfig("relu", 6, 6, 64, settings), tensors, Placement.CPU)) {
                NDList given = new NDList(sae.tensors().get("W_enc"), sae.tensors().get("W_dec"), sae.tensors().get("b_enc"), sae.tensors().get("b_dec"));
                NDList few = variant.loss(sae, settings).evaluate(scope.manager(), x, target, given, new Loss.Step(0, 0.5, null));
                NDList all = ReluVariant.KERNELS.callTraining(scope, "evaluate", x, target, given, 0.15,
                        penalty.equals("decoder_norm"), centred);
                assertEquals(1, few.get(6).getShape().dimension(), "the sparse way was taken");
                for (int i = 0; i < 6; i++) {
                    double[] expected = Tensors.doubles(all.get(i));
                    assertArrayEquals(expected, Tensors.doubles(few.get(i)), 1e-5 * (1 + Arrays.stream(expected).map(Math::abs).max().orElse(0)), "result " + i);
                }
                long active = 0;
                for (float z : Tensors.floats(all.get(6))) {
                    active += z != 0 ? 1 : 0;
                }
                assertEquals(active, Arrays.stream(Tensors.longs(few.get(6))).sum());
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

    private SaeConfig config(int width, int latents, Map<String, String> settings) throws RefractException {
        return new SaeConfig("relu", width, width, latents, Settings.of(variant.hyperparameters(), settings));
    }
}

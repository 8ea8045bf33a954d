package org.refract.sae.jumprelu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
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

/** The JumpReLU variant trains as SAELens and dictionary_learning train theirs. */
final class JumpReluVariantTest {

    private static final Map<String, String> LOGARITHM =
            Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "log_threshold", "log_threshold");
    private static final Map<String, String> RAW =
            Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "threshold", "threshold");

    private final JumpReluVariant variant = new JumpReluVariant();

    @Test
    void trainsAsSaeLensDoesWithTheStepLoss() throws Exception {
        assertEquals(List.of(), differences("saelens_jumprelu_step", LOGARITHM,
                Map.of(), List.of("lr", "bandwidth=jumprelu_bandwidth", "l0_coefficient", "sparsity_warmup_steps=l0_warm_up_steps"),
                Map.of("mse_loss", "mse_loss", "l0_loss", "l0_loss", "total", "total", "l0", "l0", "grad_norm", "grad_norm_before_clip")));
    }

    @Test
    void trainsAsSaeLensDoesWithTheTanhLoss() throws Exception {
        assertEquals(List.of(), differences("saelens_jumprelu_tanh", LOGARITHM,
                Map.of(), List.of("lr", "bandwidth=jumprelu_bandwidth", "l0_coefficient", "sparsity_loss=jumprelu_sparsity_loss_mode",
                        "tanh_scale=jumprelu_tanh_scale", "pre_act_loss_coefficient", "dead_tokens=dead_feature_window*batch"),
                Map.of("mse_loss", "mse_loss", "l0_loss", "l0_loss", "pre_act_loss", "pre_act_loss", "total", "total", "l0", "l0", "grad_norm",
                        "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_jumprelu", RAW,
                Map.of("apply_b_dec_to_input", "false", "sparsity_loss", "target", "threshold_parameter", "raw", "beta1", "0", "decoder_constraint", "unit"),
                List.of("lr", "bandwidth", "l0_coefficient=sparsity_penalty", "target_l0", "warmup_steps", "sparsity_warmup_steps"),
                Map.of("mse_loss", "l2_loss", "total", "loss")));
    }

    @Test
    void aResumedTrainingGoesOnToTheBit() throws Exception {
        assertEquals(List.of(), VariantCheck.resumed(variant, Map.of("lr", "0.01", "b_dec_init", "mean", "dead_tokens", "64", "l0_coefficient", "0.1")));
        Map<String, String> all = new HashMap<>(VariantCheck.SHARED_PARTS);
        all.putAll(Map.of("l0_coefficient", "0.1"));
        assertEquals(List.of(), VariantCheck.resumed(variant, all));
    }

    @Test
    void learnsAPlantedDictionary() throws Exception {
        Map<String, Double> metrics = VariantCheck.learnt(variant, Map.of("lr", "0.03", "l0_coefficient", "0.02", "bandwidth", "0.5", "decoder_init_norm", "1"), 150);
        assertTrue(metrics.get("explained_variance") > 0.9, metrics.toString());
        assertTrue(metrics.get("l0") < 12, metrics.toString());
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        assertEquals(List.of(), VariantCheck.accepted(variant, Map.of("l0_coefficient", "0.1")));
    }

    /** With few latents active, or near their threshold, the gradients come from these alone. */
    @ParameterizedTest
    @CsvSource({"step,log,true", "step,raw,false", "tanh,log,false", "tanh,raw,true"})
    void gradientsOfFewActiveLatentsAreThoseOfAutograd(String sparsity, String parameter, boolean centred) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            TorchRandom random = new TorchRandom(6);
            Settings settings = Settings.of(variant.hyperparameters(), Map.of("l0_coefficient", "0.6", "sparsity_loss", sparsity, "threshold_parameter", parameter,
                    "apply_b_dec_to_input", "" + centred, "bandwidth", "0.5", "tanh_scale", "0.1"));
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("W_enc", Tensors.of(scope.manager(), random.randn(6 * 64), 6, 64));
            tensors.put("W_dec", Tensors.of(scope.manager(), random.randn(64 * 6), 64, 6));
            tensors.put("b_enc", Tensors.of(scope.manager(), random.randn(64), 64));
            tensors.put("b_dec", Tensors.of(scope.manager(), random.randn(6), 6));
            tensors.put("threshold", scope.manager().full(new Shape(64), centred ? 7f : 5f));
            NDArray x = Tensors.of(scope.manager(), random.randn(40 * 6), 40, 6);
            NDArray target = Tensors.of(scope.manager(), random.randn(40 * 6), 40, 6);
            try (DenseSae sae = (DenseSae) variant.restore(new SaeConfig("jumprelu", 6, 6, 64, settings), tensors, Placement.CPU)) {
                Loss loss = variant.loss(sae, settings);
                NDList given = new NDList(loss.parameters().stream().map(name -> loss.parameter(sae, name, scope)).toArray(NDArray[]::new));
                NDArray since = scope.manager().zeros(new Shape(64), DataType.INT64);
                NDList few = loss.evaluate(scope.manager(), x, target, given, new Loss.Step(0, 0.5, since));
                NDList all = JumpReluLoss.KERNELS.callTraining(scope, "evaluate", x, target, given, parameter.equals("log"),
                        sparsity.equals("step") ? 0 : 1, 0.3, 0.1, 20.0, 0.5, 0.0, since, centred);
                assertEquals(1, few.get(7).getShape().dimension(), "the sparse way was taken");
                for (int i = 0; i < 7; i++) {
                    double[] expected = Tensors.doubles(all.get(i));
                    assertArrayEquals(expected, Tensors.doubles(few.get(i)), 1e-5 * (1 + Arrays.stream(expected).map(Math::abs).max().orElse(0)), "result " + i);
                }
                long active = 0;
                for (float z : Tensors.floats(all.get(7))) {
                    active += z != 0 ? 1 : 0;
                }
                assertEquals(active, Arrays.stream(Tensors.longs(few.get(7))).sum());
                assertTrue(active > 20, "some are active");
                assertTrue(Arrays.stream(Tensors.doubles(all.get(4))).anyMatch(g -> g != 0), "thresholds learn");
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

package org.refract.sae.jumprelu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.Locations;
import org.refract.engine.sae.TrainingGolden;
import org.refract.engine.sae.VariantCheck;

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
                Map.of("lr", "0.003", "bandwidth", "0.05", "l0_coefficient", "0.05", "sparsity_warmup_steps", "5"),
                Map.of("mse_loss", "mse_loss", "l0_loss", "l0_loss", "total", "total", "l0", "l0", "grad_norm", "grad_norm_before_clip")));
    }

    @Test
    void trainsAsSaeLensDoesWithTheTanhLoss() throws Exception {
        assertEquals(List.of(), differences("saelens_jumprelu_tanh", LOGARITHM,
                Map.of("lr", "0.003", "bandwidth", "0.1", "l0_coefficient", "0.1", "sparsity_loss", "tanh", "pre_act_loss_coefficient", "0.01",
                        "dead_tokens", "64"),
                Map.of("mse_loss", "mse_loss", "l0_loss", "l0_loss", "pre_act_loss", "pre_act_loss", "total", "total", "l0", "l0", "grad_norm",
                        "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_jumprelu", RAW,
                Map.of("lr", "0.003", "apply_b_dec_to_input", "false", "sparsity_loss", "target", "target_l0", "5", "threshold_parameter", "raw",
                        "warmup_steps", "4", "sparsity_warmup_steps", "6", "beta1", "0", "decoder_constraint", "unit"),
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

    private List<String> differences(String set, Map<String, String> names, Map<String, String> settings, Map<String, String> terms) throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.differences(variant, settings, names, terms);
        }
    }
}

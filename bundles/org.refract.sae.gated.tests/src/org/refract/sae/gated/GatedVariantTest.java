package org.refract.sae.gated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.Locations;
import org.refract.engine.sae.TrainingGolden;
import org.refract.engine.sae.VariantCheck;

/** The gated variant trains as SAELens and dictionary_learning train theirs. */
final class GatedVariantTest {

    private final GatedVariant variant = new GatedVariant();

    @Test
    void trainsAsSaeLensDoes() throws Exception {
        assertEquals(List.of(), differences("saelens_gated",
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_gate", "b_gate", "b_mag", "b_mag", "r_mag", "r_mag", "b_dec", "b_dec"),
                Map.of("lr", "0.003", "l1_coefficient", "0.2"),
                Map.of("mse_loss", "mse_loss", "l1_loss", "l1_loss", "auxiliary_reconstruction_loss", "auxiliary_reconstruction_loss", "total", "total",
                        "l0", "l0", "grad_norm", "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_gated",
                Map.of("W_enc", "^encoder.weight", "W_dec", "^decoder.weight", "b_gate", "gate_bias", "b_mag", "mag_bias", "r_mag", "r_mag", "b_dec",
                        "decoder_bias"),
                Map.of("lr", "0.003", "l1_coefficient", "0.1", "warmup_steps", "4", "sparsity_warmup_steps", "6", "l1_penalty", "l1", "frozen_auxiliary",
                        "true", "beta1", "0", "clip", "0", "decoder_constraint", "unit"),
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

    private List<String> differences(String set, Map<String, String> names, Map<String, String> settings, Map<String, String> terms) throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.differences(variant, settings, names, terms);
        }
    }
}

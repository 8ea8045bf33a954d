package org.refract.sae.matryoshka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.engine.Locations;
import org.refract.engine.sae.TrainingGolden;
import org.refract.engine.sae.VariantCheck;

/** The Matryoshka variant trains as SAELens and dictionary_learning train theirs. */
final class MatryoshkaVariantTest {

    private final MatryoshkaVariant variant = new MatryoshkaVariant();

    @Test
    void trainsAsSaeLensDoes() throws Exception {
        assertEquals(List.of(), differences("saelens_matryoshka_batchtopk",
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "threshold", "topk_threshold", "group_sizes", "12,12,24"),
                Map.of("lr", "0.003", "k", "5", "dead_tokens", "64", "threshold_beta", "0.9"),
                Map.of("mse_loss", "mse_loss", "inner_mse_loss_12", "inner_mse_loss_12", "inner_mse_loss_24", "inner_mse_loss_24",
                        "auxiliary_reconstruction_loss", "auxiliary_reconstruction_loss", "total", "total", "l0", "l0", "grad_norm",
                        "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_matryoshka",
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "threshold", "threshold", "group_sizes", "group_sizes"),
                Map.ofEntries(Map.entry("lr", "0.003"), Map.entry("k", "5"), Map.entry("warmup_steps", "4"), Map.entry("threshold_start_step", "3"),
                        Map.entry("threshold_beta", "0.9"), Map.entry("auxk_coefficient", "0.03125"), Map.entry("auxk", "dictionary_learning"),
                        Map.entry("dead_tokens", "96"), Map.entry("decoder_constraint", "unit"), Map.entry("b_dec_init", "geometric_median"),
                        Map.entry("rescale_acts_by_decoder_norm", "false"), Map.entry("group_loss", "mean")),
                Map.of("total", "loss")));
    }

    @Test
    void aResumedTrainingGoesOnToTheBit() throws Exception {
        assertEquals(List.of(), VariantCheck.resumed(variant, Map.of("lr", "0.01", "b_dec_init", "mean", "dead_tokens", "64", "k", "4", "groups", "2")));
        Map<String, String> all = new HashMap<>(VariantCheck.SHARED_PARTS);
        all.putAll(Map.of("k", "4", "k_start", "8", "k_anneal_steps", "6", "groups", "2"));
        assertEquals(List.of(), VariantCheck.resumed(variant, all));
    }

    @Test
    void learnsAPlantedDictionary() throws Exception {
        Map<String, Double> metrics = VariantCheck.learnt(variant, Map.of("lr", "0.03", "k", "4", "groups", "2"), 150);
        assertTrue(metrics.get("explained_variance") > 0.9, metrics.toString());
        assertTrue(metrics.get("l0") < 12, metrics.toString());
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        assertEquals(List.of(), VariantCheck.accepted(variant, Map.of("k", "4", "groups", "2")));
    }

    private List<String> differences(String set, Map<String, String> names, Map<String, String> settings, Map<String, String> terms) throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.differences(variant, settings, names, terms);
        }
    }
}

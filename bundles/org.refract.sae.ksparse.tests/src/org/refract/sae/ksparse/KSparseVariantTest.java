package org.refract.sae.ksparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.tck.TrainingGolden;
import org.refract.tck.VariantCheck;

/** The k-sparse variant trains as SAELens and dictionary_learning train their TopK autoencoders. */
final class KSparseVariantTest {

    private final KSparseVariant variant = new KSparseVariant();

    @Test
    void trainsAsSaeLensDoes() throws Exception {
        assertEquals(List.of(), differences("saelens_topk",
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec"),
                Map.of("rescale_acts_by_decoder_norm", "true"), List.of("lr", "k", "dead_tokens=dead_feature_window*batch"),
                Map.of("mse_loss", "mse_loss", "auxiliary_reconstruction_loss", "auxiliary_reconstruction_loss", "total", "total", "l0", "l0", "grad_norm",
                        "grad_norm_before_clip")));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_topk",
                Map.of("W_enc", "^encoder.weight", "W_dec", "^decoder.weight", "b_enc", "encoder.bias", "b_dec", "b_dec", "threshold", "threshold"),
                Map.of("auxk", "dictionary_learning", "decoder_constraint", "unit", "b_dec_init", "geometric_median"),
                List.of("lr", "k", "warmup_steps", "threshold_start_step", "threshold_beta", "auxk_coefficient=auxk_alpha",
                        "dead_tokens=dead_feature_threshold"),
                Map.of("mse_loss", "l2_loss", "total", "loss")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"abstopk", "groupmax"})
    void learnsWithItsOtherSelections(String activation) throws Exception {
        Map<String, Double> metrics = VariantCheck.learnt(variant, Map.of("lr", "0.03", "k", "8", "activation", activation), 100);
        assertTrue(metrics.get("mse_loss") < metrics.get("first.mse_loss") / 4, metrics.toString());
    }

    @Test
    void aResumedTrainingGoesOnToTheBit() throws Exception {
        assertEquals(List.of(), VariantCheck.resumed(variant, Map.of("lr", "0.01", "b_dec_init", "mean", "dead_tokens", "64", "k", "4")));
        Map<String, String> all = new HashMap<>(VariantCheck.SHARED_PARTS);
        all.putAll(Map.of("k", "4", "k_start", "8", "k_anneal_steps", "6"));
        assertEquals(List.of(), VariantCheck.resumed(variant, all));
    }

    @Test
    void learnsAPlantedDictionary() throws Exception {
        Map<String, Double> metrics = VariantCheck.learnt(variant, Map.of("lr", "0.03", "k", "4"), 150);
        assertTrue(metrics.get("explained_variance") > 0.9, metrics.toString());
        assertTrue(metrics.get("l0") < 12, metrics.toString());
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        assertEquals(List.of(), VariantCheck.accepted(variant, Map.of("k", "4")));
    }

    @Test
    void moreActiveLatentsThanThereAreAndUnequalGroupsAreRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.zeros(scope.manager(), 4, 8);
            assertThrows(RefractException.class, () -> variant.create(config(8, 24, Map.of("k", "25")), samples, 3, Placement.CPU));
            assertThrows(RefractException.class, () -> variant.create(config(8, 24, Map.of("k", "5", "activation", "groupmax")), samples, 3, Placement.CPU));
        }
    }

    private List<String> differences(String set, Map<String, String> names, Map<String, String> fixed, List<String> taken, Map<String, String> terms)
            throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.differences(variant, golden.said().settings(fixed, taken.toArray(String[]::new)), names, terms);
        }
    }

    private SaeConfig config(int width, int latents, Map<String, String> settings) throws RefractException {
        return new SaeConfig("ksparse", width, width, latents, Settings.of(variant.hyperparameters(), settings));
    }
}

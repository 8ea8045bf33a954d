package org.refract.sae.matryoshka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.refract.engine.Locations;
import org.refract.tck.TrainingGolden;
import org.refract.tck.VariantCheck;

/** The Matryoshka variant trains as SAELens and dictionary_learning train theirs. */
final class MatryoshkaVariantTest {

    private final MatryoshkaVariant variant = new MatryoshkaVariant();

    @Test
    void trainsAsSaeLensDoes() throws Exception {
        String set = "saelens_matryoshka_batchtopk";
        long[] widths = widths(set);
        String groups = IntStream.range(0, widths.length).mapToObj(i -> Long.toString(widths[i] - (i == 0 ? 0 : widths[i - 1]))).collect(Collectors.joining(","));
        Map<String, String> terms = new HashMap<>(Map.of("mse_loss", "mse_loss", "auxiliary_reconstruction_loss", "auxiliary_reconstruction_loss", "total",
                "total", "l0", "l0", "grad_norm", "grad_norm_before_clip"));
        Arrays.stream(widths, 0, widths.length - 1).forEach(width -> terms.put("inner_mse_loss_" + width, "inner_mse_loss_" + width));
        assertEquals(List.of(), differences(set,
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "threshold", "topk_threshold", "group_sizes", groups),
                Map.of(), List.of("lr", "k", "dead_tokens=dead_feature_window*batch", "threshold_beta=1-topk_threshold_lr"), terms));
    }

    @Test
    void trainsAsDictionaryLearningDoes() throws Exception {
        assertEquals(List.of(), differences("dictlearn_matryoshka",
                Map.of("W_enc", "W_enc", "W_dec", "W_dec", "b_enc", "b_enc", "b_dec", "b_dec", "threshold", "threshold", "group_sizes", "group_sizes"),
                Map.of("auxk", "dictionary_learning", "decoder_constraint", "unit", "b_dec_init", "geometric_median", "rescale_acts_by_decoder_norm", "false",
                        "group_loss", "mean"),
                List.of("lr", "k", "warmup_steps", "threshold_start_step", "threshold_beta", "auxk_coefficient=auxk_alpha",
                        "dead_tokens=dead_feature_threshold"),
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

    private static long[] widths(String set) throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.said().counts("matryoshka_widths");
        }
    }

    private List<String> differences(String set, Map<String, String> names, Map<String, String> fixed, List<String> taken, Map<String, String> terms)
            throws Exception {
        try (TrainingGolden golden = TrainingGolden.open(new Locations().reference("sae_training").resolve(set + ".safetensors"))) {
            return golden.differences(variant, golden.said().settings(fixed, taken.toArray(String[]::new)), names, terms);
        }
    }
}

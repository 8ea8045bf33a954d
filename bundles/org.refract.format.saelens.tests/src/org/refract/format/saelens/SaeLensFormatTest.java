package org.refract.format.saelens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.tck.FormatCheck;

/** SAELens checkpoints of every architecture that it saves are read, run and written exactly, and doubtful ones refused by name. */
final class SaeLensFormatTest {

    private final SaeLensFormat format = new SaeLensFormat();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "saelens_standard", "saelens_standard_layer_norm", "saelens_standard_constant_norm_rescale", "saelens_standard_expected_average_only_in",
        "saelens_standard_folded", "saelens_standard_bf16", "saelens_topk", "saelens_topk_rescale",
        "saelens_jumprelu", "saelens_gated", "saelens_batchtopk_inference", "saelens_matryoshka_inference",
        "saelens_jumprelu_from_training", "saelens_transcoder", "saelens_skip_transcoder", "saelens_jumprelu_transcoder",
        "saelens_legacy_v5"})
    void computesAndKeepsWhatTheToolWrote(String set) throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve(set);
        assertEquals(List.of(), FormatCheck.differences(format, checkpoint, checkpoint.resolve("golden.safetensors"), folder.resolve("written")));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "saelens_topk", "saelens_gated", "saelens_skip_transcoder", "saelens_jumprelu_transcoder", "saelens_standard_layer_norm",
        "saelens_standard_expected_average_only_in", "saelens_legacy_v5"})
    void whateverIsDamagedIsASentence(String set) throws Exception {
        assertEquals(List.of(), FormatCheck.damage(format, new Locations().reference("sae").resolve(set), folder, 1));
    }

    @Test
    void theHookAndTheModelAreKept() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Path checkpoint = new Locations().reference("sae").resolve("saelens_standard");
            Checkpoint read = format.read(checkpoint, scope.manager());
            Json said = Json.read(checkpoint.resolve("cfg.json")).at("metadata");
            assertEquals(said.at("model_name").text(), read.provenance().get().model());
            assertEquals(said.at("hook_name").text(), read.provenance().get().point().path());
            assertEquals(said.at("context_size").element().getAsString(), read.provenance().get().facts().get("context_size"));
            format.write(read, folder.resolve("written"));
            assertEquals(read.provenance(), format.read(folder.resolve("written"), scope.manager()).provenance());
        }
    }

    /** SAELens keeps a trained BatchTopK autoencoder as JumpReLU with one threshold and unit decoder rows. */
    @Test
    void aBatchTopKAutoencoderBecomesJumpReluThatComputesTheSame() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(new Locations().reference("sae").resolve("saelens_topk_rescale"), scope.manager());
            Map<String, NDArray> tensors = new LinkedHashMap<>(read.tensors());
            tensors.put("threshold", Tensors.of(scope.manager(), new double[] {0.5}));
            Checkpoint batch = new Checkpoint(sized(SaeForm.BATCHTOPK, read, Map.of("k", read.config().settings().text("k"),
                    "rescale_acts_by_decoder_norm", "true")), tensors, read.provenance());
            format.write(batch, folder.resolve("written"));
            Checkpoint written = format.read(folder.resolve("written"), scope.manager());
            assertEquals("jumprelu", written.config().variant());
            assertEquals(0, RoundTrip.difference(batch, written, scope.manager()), 1e-6);
        }
    }

    /** A training's folder keeps the nested widths and the threshold in double precision; for inference SAELens makes it JumpReLU. */
    @Test
    void aMatryoshkaTrainingIsReadAndWritten() throws Exception {
        SaeLensTrainingFormat training = new SaeLensTrainingFormat();
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(new Locations().reference("sae").resolve("saelens_topk_rescale"), scope.manager());
            Map<String, NDArray> tensors = new LinkedHashMap<>(read.tensors());
            tensors.put("threshold", Tensors.of(scope.manager(), new double[] {1 / 3.0}));
            int latents = read.config().latents();
            int first = latents / 6;
            int second = latents / 2;
            for (SaeForm form : List.of(SaeForm.BATCHTOPK, SaeForm.MATRYOSHKA)) {
                if (form == SaeForm.MATRYOSHKA) {
                    tensors.put("group_sizes", Tensors.of(scope.manager(), new long[] {first, second - first, latents - second}));
                }
                Checkpoint trained = new Checkpoint(sized(form, read, Map.of("k", "2.5", "rescale_acts_by_decoder_norm", "true")), tensors,
                        read.provenance());
                Path target = folder.resolve(form.id());
                assertEquals(List.of(), RoundTrip.differences(training, trained, target));
                assertTrue(training.recognises(target) && !format.recognises(target));
            }
            Json cfg = Json.read(folder.resolve("matryoshka/cfg.json"));
            assertEquals("matryoshka_batchtopk", cfg.at("architecture").text());
            assertArrayEquals(new long[] {first, second, latents}, cfg.at("matryoshka_widths").integers());
            widths(cfg, first, second);
            assertEquals(latents - second, Tensors.longs(format.read(folder.resolve("matryoshka"), scope.manager()).tensors().get("group_sizes"))[2]);
            widths(cfg, second, first);
            assertTrue(assertThrows(RefractException.class, () -> format.read(folder.resolve("matryoshka"), scope.manager())).getMessage()
                    .contains("increasing"));
            assertThrows(RefractException.class, () -> training.write(read, folder.resolve("topk")));
        }
    }

    @Test
    void aTrainingsLogThresholdIsAThreshold() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Path source = new Locations().reference("sae").resolve("saelens_jumprelu");
            Checkpoint read = format.read(source, scope.manager());
            Map<String, NDArray> tensors = new LinkedHashMap<>(read.tensors());
            float[] thresholds = Tensors.floats(tensors.remove("threshold"));
            float[] logs = new float[thresholds.length];
            for (int i = 0; i < logs.length; i++) {
                thresholds[i] = Math.max(1e-3f, thresholds[i]);
                logs[i] = (float) Math.log(thresholds[i]);
            }
            tensors.put("log_threshold", Tensors.of(scope.manager(), logs));
            Path changed = Files.createDirectories(folder.resolve("changed"));
            SafeTensorsWriter.write(changed.resolve("sae_weights.safetensors"), Map.of(), tensors);
            Files.copy(source.resolve("cfg.json"), changed.resolve("cfg.json"));
            float[] found = Tensors.floats(format.read(changed, scope.manager()).tensors().get("threshold"));
            for (int i = 0; i < found.length; i++) {
                assertEquals(thresholds[i], found[i], 1e-5f * thresholds[i]);
            }
        }
    }

    /** Factors of 1 that SAELens 3 and 4 added, hook_point for hook_name, and fields of later versions. */
    @Test
    void otherVersionsConfigsAreRead() throws Exception {
        Path source = new Locations().reference("sae").resolve("saelens_legacy_v5");
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>(format.read(source, scope.manager()).tensors());
            Path changed = Files.createDirectories(folder.resolve("changed"));
            JsonObject cfg = Json.read(source.resolve("cfg.json")).element().getAsJsonObject();
            cfg.add("hook_point", cfg.remove("hook_name"));
            cfg.addProperty("normalize_activations", false);
            cfg.add("hook_point_head_index", null);
            Files.writeString(changed.resolve("cfg.json"), cfg.toString());
            float[] factors = new float[(int) tensors.get("b_enc").size()];
            Arrays.fill(factors, 1);
            tensors.put("scaling_factor", Tensors.of(scope.manager(), factors));
            SafeTensorsWriter.write(changed.resolve("sae_weights.safetensors"), Map.of(), tensors);
            Checkpoint read = format.read(changed, scope.manager());
            assertEquals(Json.read(source.resolve("cfg.json")).at("hook_name").text(), read.provenance().get().point().path());
            factors[3] = 1.5f;
            tensors.put("scaling_factor", Tensors.of(scope.manager(), factors));
            SafeTensorsWriter.write(changed.resolve("sae_weights.safetensors"), Map.of(), tensors);
            assertTrue(assertThrows(RefractException.class, () -> format.read(changed, scope.manager())).getMessage().contains("scaling_factor"));
        }
    }

    @Test
    void aWrongArchitectureIsNamed() throws Exception {
        assertTrue(refusal("saelens_jumprelu", architecture("standard")).contains("'threshold'"));
        assertTrue(refusal("saelens_standard", architecture("jumprelu")).contains("lacks 'threshold'"));
        assertTrue(refusal("saelens_gated", architecture("standard")).contains("lacks 'b_enc'"));
        assertTrue(refusal("saelens_standard", architecture("crosscoder")).contains("crosscoder"));
        assertTrue(refusal("saelens_skip_transcoder", architecture("standard")).matches(".*'W_(dec|skip)'.*"));
    }

    private static Consumer<JsonObject> architecture(String name) {
        return cfg -> cfg.addProperty("architecture", name);
    }

    @Test
    void aMissingNormalisationIsNamed() throws Exception {
        assertTrue(refusal("saelens_standard", cfg -> cfg.remove("normalize_activations")).contains("normalize_activations"));
        assertTrue(refusal("saelens_standard", cfg -> cfg.addProperty("normalize_activations", "other")).contains("other"));
    }

    @Test
    void swappedWidthsAndTransposedWeightsAreNamed() throws Exception {
        String sentence = refusal("saelens_standard", cfg -> {
            JsonElement width = cfg.get("d_in");
            cfg.add("d_in", cfg.get("d_sae"));
            cfg.add("d_sae", width);
        });
        assertTrue(sentence.contains("transposed"), sentence);
    }

    @Test
    void aVariantOfAnExtensionIsRefusedByBothFormats() throws Exception {
        assertEquals(List.of(), FormatCheck.stranger(format, folder.resolve("inference")));
        assertEquals(List.of(), FormatCheck.stranger(new SaeLensTrainingFormat(), folder.resolve("training")));
    }

    /** A config of another form with the sizes of a checkpoint. */
    private static SaeConfig sized(SaeForm form, Checkpoint as, Map<String, String> settings) throws RefractException {
        return form.config(as.config().width(), as.config().outputWidth(), as.config().latents(), settings);
    }

    /** Writes the configuration of the nested dictionaries with other widths. */
    private void widths(Json cfg, int... widths) throws Exception {
        JsonObject changed = cfg.element().getAsJsonObject();
        JsonArray list = new JsonArray();
        Arrays.stream(widths).forEach(list::add);
        changed.add("matryoshka_widths", list);
        Files.writeString(folder.resolve("matryoshka/cfg.json"), changed.toString());
    }

    /** The sentence with which a checkpoint whose config was changed is refused. */
    private String refusal(String set, Consumer<JsonObject> change) throws Exception {
        Path source = new Locations().reference("sae").resolve(set);
        Path changed = Files.createDirectories(folder.resolve("changed"));
        Files.copy(source.resolve("sae_weights.safetensors"), changed.resolve("sae_weights.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        JsonObject cfg = Json.read(source.resolve("cfg.json")).element().getAsJsonObject();
        change.accept(cfg);
        Files.writeString(changed.resolve("cfg.json"), cfg.toString());
        try (Scope scope = Scope.open(Placement.CPU)) {
            return assertThrows(RefractException.class, () -> format.read(changed, scope.manager())).getMessage();
        }
    }
}

package org.refract.format.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.Locations;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.tck.FormatCheck;

/** OpenAI checkpoints, in both of torch's file forms, are read, run and written exactly. */
final class OpenAiFormatTest {

    private final OpenAiFormat format = new OpenAiFormat();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "openai_topk/autoencoder.pt", "openai_relu/autoencoder.pt", "openai_relu/autoencoder_legacy_pickle.pt"})
    void computesAndKeepsWhatTheToolWrote(String set) throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve(set);
        assertEquals(List.of(), FormatCheck.differences(format, checkpoint, checkpoint.resolveSibling("golden.safetensors"), folder.resolve("written")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai_topk/autoencoder.pt", "openai_relu/autoencoder_legacy_pickle.pt"})
    void whateverIsDamagedIsASentence(String set) throws Exception {
        assertEquals(List.of(), FormatCheck.damage(format, new Locations().reference("sae").resolve(set), folder, 1));
    }

    @Test
    void anActivationThatIsNotKnownIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("pre_bias", Tensors.zeros(scope.manager(), 4));
            state.put("latent_bias", Tensors.zeros(scope.manager(), 8));
            state.put("encoder.weight", Tensors.zeros(scope.manager(), 8, 4));
            state.put("decoder.weight", Tensors.zeros(scope.manager(), 4, 8));
            state.put("activation", "Identity");
            Path file = folder.resolve("identity.pt");
            TorchArchiveWriter.write(file, state, scope.manager());
            assertTrue(refusal(file).contains("Identity"));
            state.put("activation", "ReLU");
            TorchArchiveWriter.write(file, state, scope.manager());
            assertEquals("relu", format.read(file, scope.manager()).config().variant());
            state.put("decoder.weight", Tensors.zeros(scope.manager(), 8, 4));
            TorchArchiveWriter.write(file, state, scope.manager());
            assertTrue(refusal(file).contains("transposed"));
            state.remove("latent_bias");
            state.put("decoder.weight", Tensors.zeros(scope.manager(), 4, 8));
            TorchArchiveWriter.write(file, state, scope.manager());
            assertTrue(refusal(file).contains("lacks 'b_enc'"));
        }
    }

    @Test
    void aWrappedModuleIsReadAndAValueThatTheLibraryDoesNotWriteIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, Object> state = new LinkedHashMap<>();
            for (String prefix : List.of("", "module.")) {
                state.clear();
                state.put(prefix + "pre_bias", Tensors.zeros(scope.manager(), 4));
                state.put(prefix + "latent_bias", Tensors.zeros(scope.manager(), 8));
                state.put(prefix + "encoder.weight", Tensors.zeros(scope.manager(), 8, 4));
                state.put(prefix + "decoder.weight", Tensors.zeros(scope.manager(), 4, 8));
                state.put(prefix + "activation", "TopK");
                state.put(prefix + "activation_state_dict", Map.of("k", 3L, "postact_fn", "ReLU"));
                Path file = folder.resolve("wrapped.pt");
                TorchArchiveWriter.write(file, state, scope.manager());
                assertTrue(format.recognises(file));
                Checkpoint read = format.read(file, scope.manager());
                assertEquals("3", read.config().settings().text("k"));
                assertEquals("layer_norm", read.config().settings().text("normalize_activations"));
                assertEquals(prefix.isEmpty() ? 0 : 1, read.notes().size());
                state.put(prefix + "temperature", 2.0);
                TorchArchiveWriter.write(file, state, scope.manager());
                assertTrue(refusal(file).contains("'temperature' (2.0)"), refusal(file));
            }
        }
    }

    private String refusal(Path file) {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return assertThrows(RefractException.class, () -> format.read(file, scope.manager())).getMessage();
        }
    }
}

package org.refract.format.dictionarylearning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.Locations;
import org.refract.engine.sae.FormatCheck;
import org.refract.engine.tensor.Scope;

/** Every class of dictionary_learning is read, run and written exactly, and no class is guessed. */
final class DictionaryLearningFormatTest {

    private final DictionaryLearningFormat format = new DictionaryLearningFormat();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "dictlearn_autoencoder", "dictlearn_autoencoder_new", "dictlearn_batchtopk", "dictlearn_gated",
        "dictlearn_jumprelu", "dictlearn_matryoshka", "dictlearn_topk"})
    void computesAndKeepsWhatTheToolWrote(String set) throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve(set);
        assertEquals(List.of(), FormatCheck.differences(format, checkpoint, checkpoint.resolve("golden.safetensors"), folder.resolve("written")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dictlearn_matryoshka", "dictlearn_topk", "dictlearn_autoencoder_new", "dictlearn_gated", "dictlearn_jumprelu"})
    void whateverIsDamagedIsASentence(String set) throws Exception {
        assertEquals(List.of(), FormatCheck.damage(format, new Locations().reference("sae").resolve(set), folder, 1));
    }

    @Test
    void theHookAndTheTrainerAreKept() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(new Locations().reference("sae").resolve("dictlearn_topk"), scope.manager());
            assertEquals("tiny", read.provenance().get().model());
            assertEquals("resid_post_layer_1", read.provenance().get().point().path());
            assertEquals("32", read.provenance().get().facts().get("buffer.ctx_len"));
            format.write(read, folder.resolve("written"));
            assertEquals(read.provenance(), format.read(folder.resolve("written"), scope.manager()).provenance());
        }
    }

    @Test
    void aMissingConfigIsAskedFor() throws Exception {
        Path source = new Locations().reference("sae").resolve("dictlearn_batchtopk");
        Files.copy(source.resolve("ae.pt"), folder.resolve("ae.pt"));
        assertTrue(refusal(folder).contains("lacks config.json"));
    }

    @Test
    void anotherClassThanTheTensorsIsNamed() throws Exception {
        assertTrue(refusal("dictlearn_jumprelu", "JumpReluAutoEncoder", "AutoEncoder").contains("'threshold'"));
        assertTrue(refusal("dictlearn_autoencoder", "AutoEncoder\"", "JumpReluAutoEncoder\"").contains("lacks"));
        assertTrue(refusal("dictlearn_topk", "AutoEncoderTopK", "CrossCoder").contains("CrossCoder"));
        assertTrue(refusal("dictlearn_topk", "\"k\": 6", "\"k\": 7").contains("6 as in the weights"));
        assertTrue(refusal("dictlearn_gated", "\"activation_dim\": 16", "\"activation_dim\": 17").contains("shape"));
    }

    private String refusal(String set, String from, String to) throws Exception {
        Path source = new Locations().reference("sae").resolve(set);
        Path changed = Files.createDirectories(folder.resolve("changed"));
        Files.copy(source.resolve("ae.pt"), changed.resolve("ae.pt"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(changed.resolve("config.json"), Files.readString(source.resolve("config.json")).replace(from, to));
        return refusal(changed);
    }

    private String refusal(Path checkpoint) {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return assertThrows(RefractException.class, () -> format.read(checkpoint, scope.manager())).getMessage();
        }
    }
}

package org.refract.format.dictionarylearning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;
import org.refract.tck.FormatCheck;

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
            Path source = new Locations().reference("sae").resolve("dictlearn_topk");
            Json said = Json.read(source.resolve("config.json"));
            Checkpoint read = format.read(source, scope.manager());
            assertEquals(said.at("trainer").at("lm_name").text(), read.provenance().get().model());
            assertEquals(said.at("trainer").at("submodule_name").text(), read.provenance().get().point().path());
            assertEquals(said.at("buffer").at("ctx_len").element().getAsString(), read.provenance().get().facts().get("buffer.ctx_len"));
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
        assertTrue(refusal("dictlearn_jumprelu", trainer -> trainer.addProperty("dict_class", "AutoEncoder")).contains("threshold. They are of another class"));
        assertTrue(refusal("dictlearn_autoencoder", trainer -> trainer.addProperty("dict_class", "JumpReluAutoEncoder")).contains("holds no JumpRelu"));
        assertTrue(refusal("dictlearn_batchtopk", trainer -> trainer.addProperty("dict_class", "AutoEncoder")).contains("of another class"));
        assertTrue(refusal("dictlearn_topk", trainer -> trainer.addProperty("dict_class", "CrossCoder")).contains("CrossCoder"));
        assertTrue(refusal("dictlearn_topk", trainer -> trainer.addProperty("k", trainer.get("k").getAsInt() + 1)).contains(" as in the weights"));
        assertTrue(refusal("dictlearn_gated", trainer -> trainer.addProperty("activation_dim", trainer.get("activation_dim").getAsInt() + 1))
                .contains("shape"));
    }

    private String refusal(String set, Consumer<JsonObject> change) throws Exception {
        Path source = new Locations().reference("sae").resolve(set);
        Path changed = Files.createDirectories(folder.resolve("changed"));
        Files.copy(source.resolve("ae.pt"), changed.resolve("ae.pt"), StandardCopyOption.REPLACE_EXISTING);
        JsonObject config = Json.read(source.resolve("config.json")).element().getAsJsonObject();
        change.accept(config.getAsJsonObject("trainer"));
        Files.writeString(changed.resolve("config.json"), config.toString());
        return refusal(changed);
    }

    private String refusal(Path checkpoint) {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return assertThrows(RefractException.class, () -> format.read(checkpoint, scope.manager())).getMessage();
        }
    }
}

package org.refract.format.dictionarylearning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.Provenance;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** However an {@code ae.pt} was saved, it is the same dictionary: by a finished training, a running one, compiled, or on several devices. */
final class StoredStatesTest {

    private final DictionaryLearningFormat format = new DictionaryLearningFormat();

    @TempDir
    private Path folder;
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open(Placement.CPU);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Map<String, Object> state(String prefix, float threshold) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put(prefix + "b_dec", Tensors.of(scope.manager(), new float[] {1, 2}));
        state.put(prefix + "k", scope.manager().create(new int[] {2}, new Shape()));
        state.put(prefix + "threshold", scope.manager().create(new float[] {threshold}, new Shape()));
        state.put(prefix + "encoder.weight", Tensors.of(scope.manager(), new float[] {1, 0, 0, 1, -1, 0}, 3, 2));
        state.put(prefix + "encoder.bias", Tensors.of(scope.manager(), new float[] {3, 4, 5}));
        state.put(prefix + "decoder.weight", Tensors.of(scope.manager(), new float[] {1, 0, -1, 0, 1, 0}, 2, 3));
        return state;
    }

    private void write(Map<String, Object> state, String trainer) throws Exception {
        TorchArchiveWriter.write(folder.resolve("ae.pt"), state, scope.manager());
        Files.writeString(folder.resolve("config.json"), """
                {"trainer": {"dict_class": "BatchTopKSAE", "activation_dim": 2, "dict_size": 3, "k": 2%s}, "buffer": {"io": "out"}}""".formatted(trainer));
    }

    private Checkpoint read() throws RefractException {
        return format.read(folder, scope.manager());
    }

    private String refusal() {
        return assertThrows(RefractException.class, this::read).getMessage();
    }

    private static float[] numbers(Checkpoint read, String name) {
        return Tensors.floats(read.tensors().get(name));
    }

    @Test
    void whatWrappedTheModuleIsTakenOffItsNames() throws Exception {
        for (String prefix : List.of("_orig_mod.", "module.", "module._orig_mod.", "state_dict.")) {
            write(state(prefix, 0.5f), "");
            Checkpoint read = read();
            assertArrayEquals(new float[] {3, 4, 5}, numbers(read, "b_enc"));
            assertArrayEquals(new float[] {1, 0, -1, 0, 1, 0}, numbers(read, "W_enc"));
            assertEquals(List.of("the prefix '" + prefix + "' of its names taken off"), read.notes());
        }
    }

    /** The inputs of a running training are divided by norm_factor; scale_biases puts it into biases and threshold at the end. */
    @Test
    void aRunningTrainingsBackupIsTheDictionaryThatItWouldFinishAs() throws Exception {
        Map<String, Object> backup = new LinkedHashMap<>();
        backup.put("step", 100L);
        backup.put("ae", state("", 0.5f));
        backup.put("optimizer", Map.of("state", Map.of("exp_avg", Tensors.of(scope.manager(), new float[] {1}))));
        backup.put("norm_factor", 10.0);
        write(backup, "");
        Checkpoint read = read();
        assertArrayEquals(new float[] {10, 20}, numbers(read, "b_dec"));
        assertArrayEquals(new float[] {30, 40, 50}, numbers(read, "b_enc"));
        assertArrayEquals(new float[] {5}, numbers(read, "threshold"));
        assertArrayEquals(new float[] {1, 0, -1, 0, 1, 0}, numbers(read, "W_enc"));
        assertTrue(read.notes().getFirst().contains("backup at step 100") && read.notes().getFirst().contains("norm_factor 10.0"), read.notes().toString());
        backup.put("ae", state("", -1));
        write(backup, "");
        assertArrayEquals(new float[] {-1}, numbers(read(), "threshold"), "a threshold below 0 is none yet");
        backup.remove("norm_factor");
        write(backup, "");
        assertArrayEquals(new float[] {3, 4, 5}, numbers(read(), "b_enc"));
        backup.put("norm_factor", "x");
        write(backup, "");
        assertTrue(refusal().contains("norm_factor"), refusal());
    }

    @Test
    void tensorsOfSomethingElseAreNamed() throws Exception {
        write(state("net.", 0.5f), "");
        assertTrue(refusal().contains("holds no BatchTopKSAE") && refusal().contains("net.b_dec"), refusal());
    }

    @Test
    void aFieldThatMayChangeWhatIsComputedIsRefusedByName() throws Exception {
        write(state("", 0.5f), ", \"temperature\": 2");
        assertTrue(refusal().contains("trainer.temperature"), refusal());
        write(state("", 0.5f), ", \"norm_factor\": 2");
        assertTrue(refusal().contains("norm_factor"), refusal());
        write(state("", 0.5f), "");
        Files.writeString(folder.resolve("config.json"), Files.readString(folder.resolve("config.json")).replace("\"out\"", "\"in_and_out\""));
        assertTrue(refusal().contains("buffer.io"), refusal());
    }

    /** What the tool has no field for is kept in one of Refract's own, and read back. */
    @Test
    void factsOfOtherToolsSurviveTheRoundTrip() throws Exception {
        write(state("", 0.5f), ", \"lm_name\": \"m\", \"submodule_name\": \"mlp\", \"lr\": 1");
        Checkpoint read = read();
        Map<String, String> facts = new LinkedHashMap<>(read.provenance().get().facts());
        facts.put("imported_from", "elsewhere");
        facts.put("buffer.of", "pictures");
        var provenance = new Provenance("m", "", read.provenance().get().point(), facts);
        format.write(new Checkpoint(read.config(), read.tensors(), Optional.of(provenance)), folder.resolve("out"));
        assertEquals(facts, new LinkedHashMap<>(format.read(folder.resolve("out"), scope.manager()).provenance().get().facts()));
        NDArray threshold = format.read(folder.resolve("out"), scope.manager()).tensors().get("threshold");
        assertEquals(0.5, Tensors.scalar(threshold), 1e-6);
    }
}

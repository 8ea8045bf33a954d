package org.refract.format.gemmascope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
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
import org.refract.api.sae.SaeConfig;
import org.refract.engine.Locations;
import org.refract.engine.file.NpzWriter;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Scope;
import org.refract.tck.FormatCheck;
import org.refract.tck.GoldenCheck;

/** Gemma Scope files are read, run and written exactly. */
final class GemmaScopeFormatTest {

    private final GemmaScopeFormat format = new GemmaScopeFormat();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"gemma_scope_jumprelu"})
    void computesAndKeepsWhatTheToolWrote(String set) throws Exception {
        Path checkpoint = new Locations().reference("sae").resolve(set);
        assertEquals(List.of(), FormatCheck.differences(format, checkpoint, checkpoint.resolve("golden.safetensors"), folder.resolve("written")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma_scope_jumprelu"})
    void whateverIsDamagedIsASentence(String set) throws Exception {
        assertEquals(List.of(), FormatCheck.damage(format, new Locations().reference("sae").resolve(set), folder, 1));
    }

    @Test
    void aDeflatedFileIsTheSameCheckpoint() throws Exception {
        Path set = new Locations().reference("sae").resolve("gemma_scope_jumprelu");
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint deflated = format.read(set.resolve("params_compressed.npz"), scope.manager());
            try (DenseSae sae = DenseSae.restore(deflated.config(), deflated.tensors(), Placement.CPU)) {
                assertEquals(List.of(), GoldenCheck.differences(sae, set.resolve("golden.safetensors")));
            }
        }
    }

    @Test
    void aDroppedThresholdAndATransposedDecoderAreNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(new Locations().reference("sae").resolve("gemma_scope_jumprelu"), scope.manager());
            Map<String, NDArray> arrays = new LinkedHashMap<>(read.tensors());
            arrays.put("W_dec", scope.adopt(arrays.get("W_dec").transpose()));
            NpzWriter.write(folder.resolve("transposed.npz"), arrays);
            assertTrue(refusal(folder.resolve("transposed.npz")).contains("transposed"));
            arrays.putAll(read.tensors());
            arrays.remove("threshold");
            NpzWriter.write(folder.resolve("dropped.npz"), arrays);
            assertTrue(refusal(folder.resolve("dropped.npz")).contains("lacks 'threshold'"));
        }
    }

    @Test
    void whatItCannotHoldIsRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint read = format.read(new Locations().reference("sae").resolve("gemma_scope_jumprelu"), scope.manager());
            SaeConfig centred = SaeForm.JUMPRELU.config(read.config().width(), read.config().width(), read.config().latents(), Map.of());
            Checkpoint other = new Checkpoint(centred, read.tensors(), read.provenance());
            assertThrows(RefractException.class, () -> format.write(other, folder.resolve("other")));
        }
    }

    private String refusal(Path file) {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return assertThrows(RefractException.class, () -> format.read(file, scope.manager())).getMessage();
        }
    }
}

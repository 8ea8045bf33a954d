package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.sae.CheckpointFormat;
import org.refract.engine.extension.Extensions;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Tensors;

/** What a file or folder is, is said with the reason where it is nothing that is known. */
final class InspectionTest {

    @TempDir
    private Path folder;

    /** A format that recognises nothing and reads everything. */
    private static final class Blind implements CheckpointFormat {
        @Override
        public String id() {
            return "blind";
        }

        @Override
        public boolean recognises(Path location) {
            return false;
        }

        @Override
        public Checkpoint read(Path location, NDManager owner) throws RefractException {
            return new Checkpoint(SaeForm.KSPARSE.config(2, 2, 3, Map.of("k", "2", "activation", "abstopk")),
                    Map.of("W_enc", Tensors.zeros(owner, 2, 3)), Optional.empty(), List.of("a factor folded in"));
        }

        @Override
        public void write(Checkpoint checkpoint, Path location) {
            throw new UnsupportedOperationException();
        }
    }

    private Map<String, Object> inspected(Path location, Optional<String> from) throws RefractException {
        return new Inspection(Extensions.of(new Blind()), false, false, false, from).of(location, Monitor.silent());
    }

    private String refusal(Path location) {
        return assertThrows(RefractException.class, () -> inspected(location, Optional.empty())).getMessage();
    }

    @Test
    void aDictionaryOfANamedFormatIsReadAsThatAndItIsSaidHow() throws Exception {
        Map<String, Object> facts = inspected(folder, Optional.of("blind"));
        assertEquals("a sparse autoencoder, format blind", facts.get("what"));
        assertEquals(List.of("the 2 largest in magnitude, with their sign, input not normalised, b_dec subtracted from the input and added to the output",
                "a factor folded in"), facts.get("read as"));
    }

    @Test
    void whatIsNotKnownIsToldWithWhatItHolds() throws Exception {
        Files.writeString(folder.resolve("weights.bin"), "x");
        assertTrue(refusal(folder).contains("it holds weights.bin"), refusal(folder));
        assertTrue(refusal(folder.resolve("weights.bin")).contains("it is no file of tensors"), refusal(folder.resolve("weights.bin")));
    }

    @Test
    void aDamagedFileOfTensorsIsToldWithItsDamage() throws Exception {
        Path npz = Files.write(folder.resolve("a.npz"), new byte[] {'P', 'K', 3, 4, 0});
        assertTrue(refusal(npz).contains("not a sound npz archive"), refusal(npz));
        Path torch = Files.write(folder.resolve("a.pt"), new byte[] {'P', 'K', 3, 4, 0});
        assertTrue(refusal(torch).contains("not a sound torch archive"), refusal(torch));
    }
}

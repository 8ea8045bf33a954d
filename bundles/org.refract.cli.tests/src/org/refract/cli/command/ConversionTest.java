package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.Provenance;
import org.refract.engine.extension.Extensions;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** A dictionary keeps what it computes from one format to another, or the conversion says why not. */
final class ConversionTest {

    private static final Path SOURCE = Path.of("source.one");

    @TempDir
    private Path folder;

    private final Provenance known = new Provenance("demo", "sha256:1", new HookPoint("unet.mid_block", Site.UPDATE), Map.of());
    private final Map<Path, Checkpointed> files = new HashMap<>();

    private Path written;

    /** A written checkpoint, in numbers. */
    private record Checkpointed(Map<String, float[]> numbers, Optional<Provenance> provenance) {
    }

    /** A format that keeps files in memory. */
    private final class Format implements CheckpointFormat {
        private final String id;
        private final UnaryOperator<float[]> fault;

        Format(String id, UnaryOperator<float[]> fault) {
            this.id = id;
            this.fault = fault;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public boolean recognises(Path location) {
            return location.toString().endsWith(id);
        }

        @Override
        public Checkpoint read(Path location, NDManager owner) throws RefractException {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            files.get(location).numbers().forEach((name, values) -> tensors.put(name, switch (name) {
                case "W_enc" -> Tensors.of(owner, values, 4, 8);
                case "W_dec" -> Tensors.of(owner, values, 8, 4);
                default -> Tensors.of(owner, values);
            }));
            return new Checkpoint(SaeForm.RELU.config(4, 4, 8, Map.of()), tensors, files.get(location).provenance());
        }

        @Override
        public void write(Checkpoint checkpoint, Path location) throws RefractException {
            Map<String, float[]> numbers = new LinkedHashMap<>();
            checkpoint.tensors().forEach((name, tensor) -> numbers.put(name, fault.apply(Tensors.floats(tensor))));
            files.put(location, new Checkpointed(numbers, checkpoint.provenance()));
            written = location;
            AtomicFile.write(location, id);
        }
    }

    private Path target() {
        return folder.resolve("target.two");
    }

    private Conversion conversion(CheckpointFormat... formats) {
        TorchRandom random = new TorchRandom(1);
        Map<String, float[]> numbers = new LinkedHashMap<>();
        numbers.put("W_enc", random.randn(32));
        numbers.put("W_dec", random.randn(32));
        numbers.put("b_enc", random.randn(8));
        numbers.put("b_dec", random.randn(4));
        files.put(SOURCE, new Checkpointed(numbers, Optional.of(known)));
        return new Conversion(Extensions.of((Object[]) formats), Optional.empty());
    }

    @Test
    void whatIsWrittenComputesWhatWasRead() throws Exception {
        Map<String, Object> facts = conversion(new Format("one", v -> v), new Format("two", v -> v)).run(SOURCE, Optional.empty(), target(), "two", Monitor.silent());
        assertEquals("one", facts.get("read"));
        assertEquals("two", facts.get("written"));
        assertEquals(0.0, facts.get("difference"));
        assertEquals(Optional.of(known), files.get(written).provenance());
    }

    @Test
    void aFormatThatLosesNumbersIsFoundOut() {
        Conversion conversion = conversion(new Format("one", v -> v), new Format("two", v -> new float[v.length]));
        RefractException failure = assertThrows(RefractException.class, () -> conversion.run(SOURCE, Optional.empty(), target(), "two", Monitor.silent()));
        assertTrue(failure.getMessage().contains("would not compute"), failure.getMessage());
        assertFalse(Files.exists(target()), "what is wrong gets no name");
    }

    @Test
    void whatIsThereAndIsNoDictionaryOfTheFormatStays() throws Exception {
        Conversion conversion = conversion(new Format("one", v -> v), new Format("two", v -> v));
        for (Path mine : List.of(folder.resolve("keep"), folder.resolve("thesis.docx"))) {
            Path file = mine.endsWith("keep") ? Files.createDirectories(mine.resolve("thesis")).resolve("chapter1.txt") : mine;
            Files.writeString(file, "important");
            RefractException refused = assertThrows(RefractException.class, () -> conversion.run(SOURCE, Optional.empty(), mine, "two", Monitor.silent()));
            assertTrue(refused.getMessage().startsWith(mine + " is there and is no two dictionary"), refused.getMessage());
            assertEquals("important", Files.readString(file));
        }
    }

    @Test
    void aDictionaryOfTheSameFormatIsReplaced() throws Exception {
        Conversion conversion = conversion(new Format("one", v -> v), new Format("two", v -> v));
        Files.writeString(target(), "older");
        conversion.run(SOURCE, Optional.empty(), target(), "two", Monitor.silent());
        assertEquals("two", Files.readString(target()));
    }

    @Test
    void withoutAModelRefractsOwnFormatAsksForActivations() {
        Conversion conversion = conversion(new Format("one", v -> v), new Format("refract", v -> v));
        files.computeIfPresent(SOURCE, (path, file) -> new Checkpointed(file.numbers(), Optional.empty()));
        RefractException asked = assertThrows(RefractException.class, () -> conversion.run(SOURCE, Optional.empty(), target(), "refract", Monitor.silent()));
        assertTrue(asked.getMessage().contains("--check"), asked.getMessage());
    }

    @Test
    void aFormatThatIsNotKnownIsRefusedAndSeveralAreAsked() {
        Conversion conversion = conversion(new Format("one", v -> v), new Format("two", v -> v), new Format("e", v -> v));
        assertThrows(RefractException.class, () -> conversion.run(Path.of("x.unknown"), Optional.empty(), target(), "two", Monitor.silent()));
        assertThrows(RefractException.class, () -> conversion.run(SOURCE, Optional.of("three"), target(), "two", Monitor.silent()));
        RefractException several = assertThrows(RefractException.class, () -> conversion.run(SOURCE, Optional.empty(), target(), "two", Monitor.silent()));
        assertTrue(several.getMessage().contains("--from"), several.getMessage());
    }
}

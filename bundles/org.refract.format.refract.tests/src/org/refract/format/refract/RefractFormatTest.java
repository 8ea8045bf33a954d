package org.refract.format.refract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

class RefractFormatTest {

    private static final Provenance PROVENANCE = new Provenance("a \"model\"", "sha256:abc", new HookPoint("unet.mid_block.attentions.0", Site.UPDATE),
            Map.of("steps", "100", "note", "x = 1\n"));

    private final RefractFormat format = new RefractFormat();

    @TempDir
    Path folder;

    private static SaeConfig config() throws RefractException {
        List<Hyperparameter> known = List.of(new Hyperparameter("k", Kind.INTEGER, "1", "an integer", Optional.empty()),
                new Hyperparameter("lr", Kind.REAL, "1e-4", "a number", Optional.empty()),
                new Hyperparameter("norm", Kind.CHOICE, "none", "none|unit", Optional.empty()));
        return new SaeConfig("topk", 3, 3, 2, Settings.of(known, Map.of("k", "2", "norm", "unit")));
    }

    private static Map<String, NDArray> tensors(Scope scope) {
        NDArray decoder = scope.adopt(Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 5, Float.MIN_VALUE}, 2, 3).transpose());
        return Map.of("decoder.weight", decoder, "stats_last_nonzero", Tensors.of(scope.manager(), new long[] {7, Long.MAX_VALUE}));
    }

    @Test
    void aDictionaryComesBackAsItWasWritten() throws Exception {
        Path place = folder.resolve("new/dictionary");
        try (Scope scope = Scope.open(Placement.CPU)) {
            format.write(new Checkpoint(config(), tensors(scope), Optional.of(PROVENANCE)), place);
            assertTrue(format.recognises(place));
            Checkpoint read = format.read(place, scope.manager());
            assertEquals(config().settings().asMap(), read.config().settings().asMap());
            assertEquals(List.of("topk", 3, 3, 2),
                    List.of(read.config().variant(), read.config().width(), read.config().outputWidth(), read.config().latents()));
            assertEquals(2, read.config().settings().integer("k"));
            assertEquals(1e-4, read.config().settings().real("lr"));
            assertEquals(Optional.of(PROVENANCE), read.provenance());
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, Float.MIN_VALUE}, Tensors.floats(read.tensors().get("decoder.weight")));
            assertArrayEquals(new long[] {7, Long.MAX_VALUE}, Tensors.longs(read.tensors().get("stats_last_nonzero")));
        }
    }

    @Test
    void aDictionaryWithoutProvenanceSaysNone() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            format.write(new Checkpoint(config(), tensors(scope), Optional.empty()), folder);
            assertEquals(Optional.empty(), format.read(folder, scope.manager()).provenance());
        }
    }

    @Test
    void theSameDictionaryGivesTheSameBytes() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (String name : List.of("a", "b")) {
                format.write(new Checkpoint(config(), tensors(scope), Optional.of(PROVENANCE)), folder.resolve(name));
            }
            for (String file : List.of(Sidecar.FILE, RefractFormat.WEIGHTS)) {
                assertArrayEquals(Files.readAllBytes(folder.resolve("a").resolve(file)), Files.readAllBytes(folder.resolve("b").resolve(file)));
            }
        }
    }

    @Test
    void otherFoldersAreNotRecognised() throws Exception {
        assertFalse(format.recognises(folder));
        assertFalse(format.recognises(folder.resolve("nowhere")));
        Files.writeString(folder.resolve(Sidecar.FILE), "{}");
        assertFalse(format.recognises(folder));
    }

    @Test
    void oneChangedByteOfTheWeightsIsNoticed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            format.write(new Checkpoint(config(), tensors(scope), Optional.of(PROVENANCE)), folder);
            Path weights = folder.resolve(RefractFormat.WEIGHTS);
            byte[] bytes = Files.readAllBytes(weights);
            bytes[bytes.length - 2] ^= 4;
            Files.write(weights, bytes);
            RefractException e = assertThrows(RefractException.class, () -> format.read(folder, scope.manager()));
            assertTrue(e.getMessage().contains(RefractFormat.WEIGHTS), e.getMessage());
        }
    }

    @Test
    void hostileSidecarsAreRefusedWithASentence() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            format.write(new Checkpoint(config(), tensors(scope), Optional.of(PROVENANCE)), folder);
            byte[] sound = Files.readAllBytes(folder.resolve(Sidecar.FILE));
            Random random = new Random(9);
            for (int round = 0; round < 500; round++) {
                byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length)) : sound.clone();
                for (int i = 0; i < bytes.length && i < 1 + random.nextInt(4); i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? "0123456789-e.\"{}[],:%".charAt(random.nextInt(21))
                            : random.nextInt(256));
                }
                Files.write(folder.resolve(Sidecar.FILE), bytes);
                try {
                    format.read(folder, scope.manager());
                } catch (RefractException expected) {
                    assertFalse(expected.getMessage().isBlank());
                }
            }
        }
    }
}

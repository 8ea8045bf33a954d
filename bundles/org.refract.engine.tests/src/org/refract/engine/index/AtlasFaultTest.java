package org.refract.engine.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.model.HookPoint;
import org.refract.tck.FaultCheck;

/** An atlas is written by DuckDB, past the file layer: what fails there costs a sentence, too, and neither the older atlas nor an open file. */
class AtlasFaultTest {

    private static final int LATENTS = 400;
    private static final long BLOCK = 1 << 14;

    @TempDir
    private Path folder;

    @Test
    void whateverCallOfTheFileLayerFails() throws Exception {
        assertEquals(List.of(), FaultCheck.of((place, version) -> write(place.resolve("deep/atlas.duckdb"), version)).seenBy(AtlasFaultTest::rows)
                .differences(folder.resolve("faults")));
    }

    /** The system refuses DuckDB every byte beyond a limit, a further block each time. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void whereverDuckDbsOwnWritesEnd() throws Exception {
        Path file = folder.resolve("atlas.duckdb");
        write(file, 1);
        String first = rows(file);
        int refused = 0;
        boolean written = false;
        for (long bytes = 0; !written; bytes += BLOCK) {
            try (FileSizes limited = new FileSizes(bytes)) {
                write(file, 2);
                written = true;
            } catch (RefractException said) {
                refused++;
                assertTrue(said.getMessage().startsWith(file + " was not written: it grew beyond"), said.getMessage());
                assertEquals(RefractException.FAILURE, said.exitCode());
            }
            if (!written) {
                assertEquals(first, rows(file), "the older one after " + bytes + " bytes");
            }
            try (var left = Files.list(folder)) {
                assertEquals(List.of(file), left.toList(), "after " + bytes + " bytes");
            }
            assertFalse(isOpen(file), "after " + bytes + " bytes");
        }
        assertTrue(refused > 3, refused + " limits were too small");
        assertFalse(first.equals(rows(file)));
    }

    private static boolean isOpen(Path file) throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).startsWith(file.getParent().toRealPath());
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            });
        }
    }

    private static void write(Path file, int version) throws RefractException {
        AtlasFacts facts = new AtlasFacts(HookPoint.parse("net.a"), "net", "sha256:1", "topk", LATENTS, 4, 9, 9 * 6, 2, 3, Map.of());
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts, Map.of(0L, "a prompt"))) {
            for (int latent = 0; latent < LATENTS; latent++) {
                writer.add(new Feature(latent, version * 0.1, 0.5, 1, 0.1, Optional.empty()), 3,
                        List.of(new Example(0, "a prompt", 1, 2, new float[] {latent, version, 0, 0, 0, 0}, 2, 3)), List.of(), new long[ActivationBins.COUNT]);
            }
            writer.commit();
        }
    }

    private static String rows(Path file) throws RefractException {
        try (FeatureIndex index = FeatureIndex.open(file)) {
            return index.digest().orElseThrow();
        }
    }

    /** While one is open, no file of this process grows beyond a size; the JVM ignores the signal that comes with it. */
    private static final class FileSizes implements AutoCloseable {
        private static final int RLIMIT_FSIZE = 1;
        private static final MethodHandle GET = call("getrlimit");
        private static final MethodHandle SET = call("setrlimit");

        private final Arena arena = Arena.ofConfined();
        private final MemorySegment before = arena.allocate(ValueLayout.JAVA_LONG, 2);

        FileSizes(long most) {
            invoke(GET, before);
            MemorySegment limits = arena.allocate(ValueLayout.JAVA_LONG, 2);
            limits.setAtIndex(ValueLayout.JAVA_LONG, 0, most);
            limits.setAtIndex(ValueLayout.JAVA_LONG, 1, before.getAtIndex(ValueLayout.JAVA_LONG, 1));
            invoke(SET, limits);
        }

        @Override
        public void close() {
            invoke(SET, before);
            arena.close();
        }

        private static MethodHandle call(String name) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        }

        private static void invoke(MethodHandle call, MemorySegment limits) {
            try {
                assertEquals(0, (int) call.invokeExact(RLIMIT_FSIZE, limits));
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
    }
}

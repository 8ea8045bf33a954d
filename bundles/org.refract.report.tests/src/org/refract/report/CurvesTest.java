package org.refract.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;

class CurvesTest {
    @TempDir
    Path folder;

    @Test
    void aLongLogIsThinnedAndKeepsItsEnd() throws IOException, RefractException {
        StringBuilder log = new StringBuilder();
        for (int step = 1; step <= 10_000; step++) {
            log.append("{\"step\": ").append(step).append(", \"samples\": ").append(step).append(", \"recons\": ").append(1.0 / step).append("}\n");
        }
        Curves curves = Curves.read(Files.writeString(folder.resolve("log.jsonl"), log));
        assertTrue(curves.steps().size() <= 600);
        assertEquals(10_000, curves.steps().getLast());
        assertEquals(1e-4, curves.last("recons"));
    }

    @Test
    void aMetricThatComesLateHasNoValuesBefore() throws IOException, RefractException {
        Path log = Files.writeString(folder.resolve("log.jsonl"), "{\"step\": 1, \"samples\": 1, \"a\": 1}\n{\"step\": 2, \"samples\": 2, \"b\": 2}\n");
        Curves curves = Curves.read(log);
        assertTrue(curves.metrics().get("b").getFirst().isNaN());
        assertEquals(1, curves.last("a"));
    }

    @Test
    void withoutALogThereAreNoCurves() throws RefractException {
        assertTrue(Curves.read(folder.resolve("none")).steps().isEmpty());
    }
}

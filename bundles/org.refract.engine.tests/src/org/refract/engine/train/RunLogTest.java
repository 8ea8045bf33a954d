package org.refract.engine.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;

class RunLogTest {

    @TempDir
    Path folder;

    private Path written(long... steps) throws RefractException {
        Path file = folder.resolve("log.jsonl");
        try (RunLog log = RunLog.continueAt(file, 0)) {
            for (long step : steps) {
                log.append(new RunLog.Entry(step, step * 10, Map.of("total", step / 4.0)));
            }
        }
        return file;
    }

    @Test
    void linesComeBackAsTheyWereWritten() throws Exception {
        List<RunLog.Entry> entries = RunLog.read(written(1, 2, 30));
        assertEquals(List.of(1L, 2L, 30L), entries.stream().map(RunLog.Entry::step).toList());
        assertEquals(300, entries.getLast().samples());
        assertEquals(Map.of("total", 7.5), entries.getLast().metrics());
    }

    @Test
    void aTrainingThatGoesOnDropsTheLinesItWillWriteAgain() throws Exception {
        Path file = written(1, 10, 20, 30);
        try (RunLog log = RunLog.continueAt(file, 20)) {
            log.append(new RunLog.Entry(25, 250, Map.of()));
        }
        assertEquals(List.of(1L, 10L, 20L, 25L), RunLog.read(file).stream().map(RunLog.Entry::step).toList());
    }

    @Test
    void aLineThatAKillCutShortIsLeftOut() throws Exception {
        Path file = written(1, 2);
        Files.writeString(file, "{\"step\": 3, \"sam", StandardOpenOption.APPEND);
        assertEquals(2, RunLog.read(file).size());
        RunLog.continueAt(file, 9).close();
        assertEquals(2, RunLog.read(file).size());
    }

    @Test
    void numbersThatAreNotFiniteAreLeftOut() throws Exception {
        Path file = folder.resolve("log.jsonl");
        try (RunLog log = RunLog.continueAt(file, 0)) {
            log.append(new RunLog.Entry(1, 1, Map.of("a", Double.NaN, "b", Double.NEGATIVE_INFINITY, "c", 1e-300)));
        }
        assertEquals(Map.of("c", 1e-300), RunLog.read(file).getFirst().metrics());
    }

    @Test
    void aDamagedLineIsNamed() throws Exception {
        Path file = written(1, 2, 3);
        Random random = new Random(2);
        byte[] sound = Files.readAllBytes(file);
        assertTrue(assertThrows(RefractException.class, () -> {
            Files.writeString(file, "{\"step\": 1, \"samples\": 1}\nnot json\n");
            RunLog.read(file);
        }).getMessage().contains("line 2"));
        for (int round = 0; round < 300; round++) {
            byte[] bytes = sound.clone();
            for (int i = 0; i < 3; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(32, 127);
            }
            Files.write(file, bytes);
            try {
                RunLog.read(file);
            } catch (RefractException expected) {
                assertFalse(expected.getMessage().isBlank());
            }
        }
    }
}

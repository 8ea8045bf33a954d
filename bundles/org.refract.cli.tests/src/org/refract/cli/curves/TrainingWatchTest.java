package org.refract.cli.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.refract.cli.progress.Terminal;
import org.refract.engine.train.RunLog;
import org.refract.engine.train.TrainingLogs;

/** Learning curves in a terminal's window. */
final class TrainingWatchTest {

    @TempDir
    private Path folder;

    private void train(int dictionaries) throws Exception {
        for (int i = 0; i < dictionaries; i++) {
            Path task = Files.createDirectories(folder.resolve("unet.up_blocks.0.attentions.1+topk+n=128+k=" + (10 + i)));
            try (RunLog log = RunLog.continueAt(task.resolve("log.jsonl"), 0)) {
                for (int step = 1; step <= 50; step++) {
                    Map<String, Double> metrics = new LinkedHashMap<>();
                    metrics.put("explained_variance", 1 - 1.0 / (step + i));
                    metrics.put("total", 1.0 / step);
                    metrics.put("dead", 0.0);
                    log.append(new RunLog.Entry(step, step, metrics));
                }
            }
        }
    }

    private static List<String> plain(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll("\u001b\\[[0-9]*[a-zA-Z]", "")).toList();
    }

    @ParameterizedTest
    @CsvSource({"80, 24, 1", "80, 24, 4", "80, 24, 20", "200, 50, 20", "40, 12, 3", "100, 30, 60"})
    void theCurvesFitIntoTheWindow(int columns, int rows, int dictionaries) throws Exception {
        train(dictionaries);
        List<String> lines = plain(new TrainingWatch(folder, TrainingWatch.USUAL, new Terminal(true, columns, rows)).picture());
        assertTrue(lines.size() <= rows - 2, () -> lines.size() + " lines: " + String.join("\n", lines));
        assertTrue(lines.stream().allMatch(line -> line.codePointCount(0, line.length()) <= columns), () -> String.join("\n", lines));
        assertEquals("explained_variance", lines.getFirst());
    }

    @Test
    void everyDictionaryIsNamedOnceWithItsLastNumbers() throws Exception {
        train(3);
        List<String> lines = plain(new TrainingWatch(folder, TrainingWatch.USUAL, new Terminal(true, 90, 40)).picture());
        List<String> named = lines.stream().filter(line -> line.startsWith("━")).toList();
        assertEquals(3, named.size(), () -> String.join("\n", lines));
        assertTrue(named.get(2).contains("k=12") && named.get(2).matches(".*0\\.981 +0\\.02 +0"), named.get(2));
    }

    @Test
    void whatDoesNotFitIsCounted() throws Exception {
        train(60);
        List<String> lines = plain(new TrainingWatch(folder, TrainingWatch.USUAL, new Terminal(true, 80, 24)).picture());
        long named = lines.stream().filter(line -> line.startsWith("━")).count();
        assertEquals("… and " + (60 - named) + " more", lines.getLast());
    }

    @Test
    void aFinishedTrainingIsShownAndLeft() throws Exception {
        train(2);
        assertFalse(TrainingLogs.done(folder));
        try (var tasks = Files.list(folder)) {
            for (Path task : tasks.toList()) {
                Files.writeString(task.resolve("sae.json"), "{}");
            }
        }
        assertTrue(TrainingLogs.done(folder));
        StringWriter text = new StringWriter();
        new TrainingWatch(folder, TrainingWatch.USUAL, new Terminal(true, 80, 24)).follow(new PrintWriter(text), 1);
        assertTrue(text.toString().contains("explained_variance"), text::toString);
    }

    @Test
    void aTrainingThatGoesOnIsNotFinished() throws Exception {
        train(1);
        try (var tasks = Files.list(folder)) {
            Path task = tasks.findFirst().orElseThrow();
            FileTime before = FileTime.fromMillis(Files.getLastModifiedTime(task.resolve("log.jsonl")).toMillis() - 5000);
            Files.setLastModifiedTime(Files.writeString(task.resolve("sae.json"), "{}"), before);
        }
        assertFalse(TrainingLogs.done(folder));
    }
}

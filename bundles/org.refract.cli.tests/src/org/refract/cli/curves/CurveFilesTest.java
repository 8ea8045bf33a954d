package org.refract.cli.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.cli.progress.Terminal;
import org.refract.engine.train.RunLog;
import org.refract.engine.train.TrainingLogs;
import org.refract.plot.PlotDrawing;
import org.refract.tck.FaultCheck;

/** Learning curves are the log's numbers, in every form. */
class CurveFilesTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void train() throws Exception {
        for (String name : List.of("a<b", "z")) {
            Path place = Files.createDirectories(folder.resolve(name));
            try (RunLog log = RunLog.continueAt(place.resolve("log.jsonl"), 0); RunLog clock = RunLog.continueAt(place.resolve("clock.jsonl"), 0)) {
                for (int step = 1; step <= 300; step++) {
                    log.append(new RunLog.Entry(step, step * 10L, Map.of("total", 1.0 / step, "explained_variance", 1 - 1.0 / step)));
                    clock.append(new RunLog.Entry(step, step * 10L, Map.of("samples_per_second", 100.0)));
                }
            }
        }
    }

    @Test
    void aPageWithNothingElseShowsEveryNumber() throws Exception {
        Path page = new CurveFiles(TrainingLogs.read(folder)).write(folder.resolve("curves"), "a & b").page();
        String html = Files.readString(page);
        assertTrue(html.contains("a &amp; b") && html.contains("a&lt;b") && html.contains("<figure id=\"explained_variance\">"), html);
        assertFalse(html.contains("{{") || html.contains("href=") || html.contains("src="), "the page must need nothing else");
        for (String metric : List.of("total", "explained_variance")) {
            var factory = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder();
            assertEquals("svg", factory.parse(folder.resolve("curves/" + metric + ".svg").toFile()).getDocumentElement().getTagName());
            assertEquals(2 * PlotDrawing.WIDTH, ImageIO.read(folder.resolve("curves/" + metric + ".png").toFile()).getWidth());
        }
    }

    @Test
    void anOlderLogThatHoldsItsSpeedIsReadTheSame() throws Exception {
        TrainingLogs now = TrainingLogs.read(folder);
        Path older = Files.createDirectories(folder.resolve("older/z"));
        try (RunLog log = RunLog.continueAt(older.resolve("log.jsonl"), 0)) {
            for (int step = 1; step <= 300; step++) {
                log.append(new RunLog.Entry(step, step * 10L,
                        Map.of("total", 1.0 / step, "explained_variance", 1 - 1.0 / step, "samples_per_second", 100.0)));
            }
        }
        assertEquals(now.entries().get("z"), TrainingLogs.read(older.getParent()).entries().get("z"));
    }

    @Test
    void tensorBoardsFileHoldsEveryNumberWithItsChecksum() throws Exception {
        new CurveFiles(TrainingLogs.read(folder)).write(folder.resolve("curves"), "t");
        Path file;
        try (var files = Files.list(folder.resolve("curves/tensorboard/z"))) {
            file = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        assertTrue(file.getFileName().toString().startsWith("events.out.tfevents."));
        List<byte[]> records = records(Files.readAllBytes(file));
        assertEquals(301, records.size());
        assertTrue(new String(records.getFirst(), StandardCharsets.ISO_8859_1).contains("brain.Event:2"));
        ByteBuffer third = ByteBuffer.wrap(records.get(3)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(9, third.get());
        assertEquals(3.0, third.getDouble(), "its time is its step, the same whenever it is drawn");
        assertEquals(16, third.get());
        assertEquals(3, third.get());
        String text = new String(records.get(3), StandardCharsets.ISO_8859_1);
        int at = text.indexOf("total") + "total".length();
        assertEquals(21, records.get(3)[at]);
        assertEquals(1 / 3f, ByteBuffer.wrap(records.get(3)).order(ByteOrder.LITTLE_ENDIAN).getFloat(at + 1));
    }

    /** What is not in a clock file is the same of a training that went at another speed, drawn at another time. */
    @Test
    void theCurvesOfTwoEqualTrainingsAreEqualButForTheirClocks() throws Exception {
        new CurveFiles(TrainingLogs.read(folder)).write(folder.resolve("curves"), "t");
        for (String name : List.of("a<b", "z")) {
            Files.delete(folder.resolve(name).resolve("clock.jsonl"));
            try (RunLog clock = RunLog.continueAt(folder.resolve(name).resolve("clock.jsonl"), 0)) {
                clock.append(new RunLog.Entry(1, 10, Map.of("samples_per_second", 7.0)));
            }
        }
        new CurveFiles(TrainingLogs.read(folder)).write(folder.resolve("again"), "t");
        try (var files = Files.walk(folder.resolve("curves"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.resolve("curves").relativize(file).toString();
                boolean clock = name.contains("clock") || name.contains("samples_per_second");
                assertEquals(clock, Files.mismatch(file, folder.resolve("again").resolve(name)) >= 0, name);
            }
        }
        assertTrue(Files.exists(folder.resolve("curves/clock.html")));
    }

    @Test
    void aFaultLeavesEveryFileOfTheCurvesWhole() throws Exception {
        TrainingLogs logs = TrainingLogs.read(folder);
        assertEquals(List.of(), FaultCheck.of((place, version) -> new CurveFiles(logs).write(place.resolve("curves"), "version " + version)).ofEachFile().atSomeCalls()
                .differences(folder.resolve("faults")));
    }

    /** Records of a TFRecord file, their checksums computed bit by bit. */
    private static List<byte[]> records(byte[] bytes) {
        List<byte[]> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(masked(length), in.getInt());
            byte[] data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            in.get(data);
            assertEquals(masked(data), in.getInt());
            records.add(data);
        }
        return records;
    }

    private static int masked(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    @Test
    void offAScreenTheCurvesAreShownOnce() throws Exception {
        StringWriter text = new StringWriter();
        new TrainingWatch(folder, TrainingWatch.USUAL, new Terminal(false, 60, 24)).follow(new PrintWriter(text), 1);
        assertTrue(text.toString().startsWith("explained_variance"), text::toString);
        assertTrue(text.toString().contains("a<b") && !text.toString().contains("\u001b"));
    }

    @Test
    void onAScreenTheCurvesAreDrawnAnewUntilItIsInterrupted() throws Exception {
        StringWriter text = new StringWriter();
        PrintWriter screen = new PrintWriter(text) {
            @Override
            public void flush() {
                Thread.currentThread().interrupt();
            }
        };
        new TrainingWatch(folder, List.of("total"), new Terminal(true, 60, 24)).follow(screen, 1);
        assertTrue(Thread.interrupted());
        assertTrue(text.toString().startsWith("\u001b[2J\u001b[Htotal\u001b[K"), text::toString);
    }

    @Test
    void aFolderWithoutATrainingIsNamed() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertTrue(assertThrows(RefractException.class, () -> TrainingLogs.read(empty)).getMessage().contains("holds no training"));
    }
}

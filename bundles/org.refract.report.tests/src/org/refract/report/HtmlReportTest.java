package org.refract.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.engine.unpack.RunFolder;
import org.refract.tck.FaultCheck;

class HtmlReportTest {
    private static final String HOSTILE = "</script><script>alert('x')</script>\u2028\"&<img src=x onerror=alert(1)> https://evil.example/x.js";
    private static final int LATENTS = 150;

    @TempDir
    Path folder;
    private Path report;

    @BeforeEach
    void writeReport() throws RefractException, IOException {
        RunFolder run = new SyntheticRun(folder.resolve("run"), LATENTS, HOSTILE).write();
        report = new HtmlReport().write(run, Monitor.silent()).getParent();
    }

    private List<Path> files(String... endings) throws IOException {
        try (Stream<Path> all = Files.walk(report)) {
            return all.filter(f -> Stream.of(endings).anyMatch(f.toString()::endsWith)).sorted().toList();
        }
    }

    private JsonObject data(String name) throws IOException {
        return JsonParser.parseString(json(name)).getAsJsonObject();
    }

    private String json(String name) throws IOException {
        String text = Files.readString(report.resolve("data").resolve(name + ".js"));
        String head = "Refract.data(\"" + name + "\", ";
        assertTrue(text.startsWith(head) && text.endsWith(");\n"), name);
        return text.substring(head.length(), text.length() - 3);
    }

    @Test
    void loadsNothingFromTheNetwork() throws IOException {
        Pattern loading = Pattern.compile("(?i)(?:src|href)\\s*=\\s*[\"']?\\s*(?:https?:)?//|url\\(\\s*[\"']?(?:https?:)?//|@import|\\bfetch\\s*\\(|XMLHttpRequest|WebSocket|\\bimport\\s*\\(");
        for (Path file : files(".html", ".css", ".js")) {
            if (!file.getFileName().toString().equals("d3.min.js") && !file.getParent().endsWith("data")) {
                Matcher found = loading.matcher(Files.readString(file));
                assertFalse(found.find(), () -> file + ": " + found.group());
            }
        }
    }

    @Test
    void everyFileThatThePageNamesIsThere() throws IOException {
        Matcher names = Pattern.compile("(?:src|href)=\"(?!#|data:)([^\"]+)\"").matcher(Files.readString(report.resolve("index.html")));
        int count = 0;
        while (names.find()) {
            assertTrue(Files.isRegularFile(report.resolve(names.group(1))), names.group(1));
            count++;
        }
        assertTrue(count > 8);
        JsonObject run = data("run");
        for (var shown : run.getAsJsonArray("interventions")) {
            for (var shot : shown.getAsJsonObject().getAsJsonArray("shots")) {
                assertTrue(Files.isRegularFile(report.resolve(shot.getAsJsonObject().get("before").getAsString())));
                assertTrue(Files.isRegularFile(report.resolve(shot.getAsJsonObject().get("after").getAsString())));
            }
        }
        run.getAsJsonObject("pictures").getAsJsonArray("files").forEach(f -> assertTrue(Files.isRegularFile(report.resolve(f.getAsString()))));
        run.getAsJsonArray("blocks").forEach(b -> b.getAsJsonObject().getAsJsonObject("icons").getAsJsonArray("files")
                .forEach(f -> assertTrue(Files.isRegularFile(report.resolve(f.getAsString())))));
    }

    @Test
    void hostilePromptsStayText() throws IOException {
        for (Path file : files(".html", ".js")) {
            String text = Files.readString(file);
            assertFalse(text.contains("<script>alert"), file::toString);
            assertFalse(text.contains("<img src=x"), file::toString);
            assertFalse(text.contains("\u2028") && file.toString().endsWith(".js"), file::toString);
        }
        assertTrue(Files.readString(report.resolve("index.html")).contains("Inside discs&lt;/script&gt;"));
        assertTrue(JsonParser.parseString(json("prompts")).getAsJsonArray().get(0).getAsString().endsWith(HOSTILE));
    }

    @Test
    void scriptsOfThePageNeverMakeMarkupFromText() throws IOException {
        for (Path file : files(".js")) {
            if (!file.getFileName().toString().equals("d3.min.js")) {
                assertFalse(Pattern.compile("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|\\.html\\(").matcher(Files.readString(file)).find(), file::toString);
            }
        }
    }

    @Test
    void holdsEveryFeatureWithItsExamples() throws IOException {
        JsonArray blocks = data("run").getAsJsonArray("blocks");
        assertEquals(SyntheticRun.POINTS.size(), blocks.size());
        for (int b = 0; b < blocks.size(); b++) {
            JsonObject block = blocks.get(b).getAsJsonObject();
            JsonObject columns = data("features-" + b);
            for (String column : List.of("density", "mean", "max", "std", "active", "label", "score", "terms", "words")) {
                assertEquals(LATENTS, columns.getAsJsonArray(column).size(), column);
            }
            List<JsonObject> entries = new ArrayList<>();
            for (int c = 0; c * block.get("chunk").getAsInt() < LATENTS; c++) {
                JsonParser.parseString(json("examples-" + b + "-" + c)).getAsJsonArray().forEach(e -> entries.add(e.getAsJsonObject()));
            }
            assertEquals(LATENTS, entries.size());
            for (int f = 0; f < LATENTS; f++) {
                boolean alive = columns.getAsJsonArray("density").get(f).getAsDouble() > 0;
                int examples = entries.get(f).getAsJsonArray("slot").size();
                assertEquals(alive, examples > 0);
                assertEquals(examples * SyntheticRun.ROWS * SyntheticRun.ROWS, Base64.getDecoder().decode(entries.get(f).get("heat").getAsString()).length);
            }
            assertEquals(LATENTS - LATENTS / 10, block.get("alive").getAsInt());
        }
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertEquals(2.5, Block.median(new double[] {1, 2, 3, 10}));
        assertEquals(2, Block.median(new double[] {1, 2, 10}));
        assertEquals(0, Block.median(new double[0]));
    }

    @Test
    void nothingOfThePageWaitsUntilItIsScrolledTo() throws IOException {
        for (Path file : files(".html", ".css", ".js")) {
            if (!file.getFileName().toString().equals("d3.min.js")) {
                assertFalse(Pattern.compile("content-visibility|loading: *.lazy|loading=.lazy").matcher(Files.readString(file)).find(), file::toString);
            }
        }
    }

    @Test
    void blocksStandInForwardOrder() throws IOException {
        List<String> names = data("run").getAsJsonArray("blocks").asList().stream().map(b -> b.getAsJsonObject().get("name").getAsString()).toList();
        assertEquals(List.of("down.2.1", "mid.0", "up.0.0"), names);
    }

    @Test
    void picturesAreCutFromSheetsWhereTheDataSay() throws IOException {
        JsonObject run = data("run");
        JsonObject sheets = run.getAsJsonObject("pictures");
        assertEquals(64, sheets.getAsJsonArray("cell").get(0).getAsInt());
        var sheet = ImageIO.read(report.resolve(sheets.getAsJsonArray("files").get(0).getAsString()).toFile());
        assertEquals(64 * sheets.get("columns").getAsInt(), sheet.getWidth());
        JsonArray prompts = JsonParser.parseString(json("prompts")).getAsJsonArray();
        int slot = prompts.asList().stream().map(p -> p.getAsString().startsWith("red disc")).toList().indexOf(true);
        int middle = sheet.getRGB(slot % 16 * 64 + 30, slot / 16 * 64 + 24);
        assertTrue((middle >> 16 & 255) > 180 && (middle & 255) < 80, Integer.toHexString(middle));
    }

    @Test
    void everySectionNamesItsCommand() throws IOException {
        JsonObject commands = data("run").getAsJsonObject("commands");
        for (String section : List.of("unpack", "train", "inspect", "atlas", "workbench", "feature")) {
            assertTrue(commands.get(section).getAsString().startsWith("refract "), section);
        }
        String shot = data("run").getAsJsonArray("interventions").get(0).getAsJsonObject().getAsJsonArray("shots").get(1).getAsJsonObject().get("command").getAsString();
        assertTrue(shot.contains("--feature 'unet.down_blocks.2.attentions.1#3*3@0.5,0,0.5,1'"), shot);
    }

    @Test
    void curvesEndWithTheLastWholeLineOfTheLog() throws IOException {
        JsonObject block = data("run").getAsJsonArray("blocks").get(0).getAsJsonObject();
        JsonArray steps = block.getAsJsonObject("curves").getAsJsonArray("steps");
        assertEquals(2000, steps.get(steps.size() - 1).getAsInt());
        assertEquals(0.849, block.get("explained").getAsDouble(), 0.002);
    }

    @Test
    void showsWhatEvalMeasured() throws RefractException, IOException {
        assertEquals(0, data("run").getAsJsonArray("evaluations").size());
        RunFolder run = new RunFolder(folder.resolve("run"));
        Path measured = Files.createDirectories(run.evaluation().resolve("mid"));
        Files.writeString(measured.resolve("eval.json"), """
                {"store": "store", "point": "unet.mid_block.attentions.0:update", "samples": 4096, "dictionaries": [
                {"sae": "saes/a", "metrics": {"l0": 5, "cossim": 0.5}}, {"sae": "saes/b", "metrics": {"l0": 9.25}}],
                "formulas": {"l0": {"formula": "mean", "source": "a tool"}}}""");
        new HtmlReport().write(run, Monitor.silent());
        assertEquals(JsonParser.parseString("""
                [{"point": "unet.mid_block.attentions.0", "samples": 4096, "dictionaries": ["a", "b"], "measures": [
                {"name": "l0", "formula": "mean (a tool)", "values": [5, 9.25]}, {"name": "cossim", "formula": "", "values": [0.5, null]}]}]"""),
                data("run").getAsJsonArray("evaluations"));
        Files.writeString(measured.resolve("eval.json"), "{\"point\": ");
        assertTrue(assertThrows(RefractException.class, () -> new HtmlReport().write(run, Monitor.silent())).getMessage().contains("eval.json"));
    }

    @Test
    void aSecondReportReplacesTheFirstWhole() throws RefractException, IOException {
        Files.writeString(report.resolve("data/leftover.js"), "old");
        new HtmlReport().write(new RunFolder(folder.resolve("run")), Monitor.silent());
        assertFalse(Files.exists(report.resolve("data/leftover.js")));
        assertTrue(Files.isRegularFile(report.resolve("index.html")));
    }

    @Test
    void whatAReportDidNotWriteStays() throws RefractException, IOException {
        Path notes = Files.writeString(report.resolve("notes.txt"), "mine");
        RefractException refusal = assertThrows(RefractException.class, () -> new HtmlReport().write(new RunFolder(folder.resolve("run")), Monitor.silent()));
        assertTrue(refusal.getMessage().contains("holds notes.txt, which Refract did not write there"), refusal.getMessage());
        assertEquals("mine", Files.readString(notes));
        Files.delete(notes);
        Path page = Files.writeString(report.resolve("index.html"), "<h1>My page</h1>");
        assertThrows(RefractException.class, () -> new HtmlReport().write(new RunFolder(folder.resolve("run")), Monitor.silent()));
        assertEquals("<h1>My page</h1>", Files.readString(page));
    }

    @Test
    void aFolderThatIsNoRunIsRefusedWithASentence() {
        RefractException refusal = assertThrows(RefractException.class, () -> new HtmlReport().write(new RunFolder(folder), Monitor.silent()));
        assertEquals(2, refusal.exitCode());
        assertFalse(Files.exists(folder.resolve("report")));
    }

    /** Times are in one file, and without it the page has none. */
    @Test
    void theReportsOfOneRunAreEqualButForTheClock() throws Exception {
        Path before = Files.move(report, folder.resolve("before"));
        new HtmlReport().write(new RunFolder(folder.resolve("run")), Monitor.silent());
        try (var files = Files.walk(before)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = before.relativize(file).toString();
                if (!name.equals("data/clock.js")) {
                    assertEquals(-1, Files.mismatch(file, report.resolve(name)), name);
                }
            }
        }
        assertTrue(Files.readString(before.resolve("data/clock.js")).contains("started"));
        assertFalse(Files.readString(before.resolve("data/run.js")).contains("UTC"));
    }

    @Test
    void aFaultLeavesTheOlderReport() throws Exception {
        new SyntheticRun(folder.resolve("small"), 4, "").write();
        assertEquals(List.of(), FaultCheck.of((place, version) -> {
            if (version == 1) {
                copy(folder.resolve("small"), place);
            }
            new HtmlReport().write(new RunFolder(place), Monitor.silent());
        }).ofEachFile().atSomeCalls().seenBy(file -> file.endsWith("clock.js") ? "a clock" : Integer.toString(Arrays.hashCode(Files.readAllBytes(file)))).differences(folder.resolve("faults")));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.skip(1).toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}

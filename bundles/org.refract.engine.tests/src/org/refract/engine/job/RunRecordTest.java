package org.refract.engine.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.json.Json;

class RunRecordTest {

    @TempDir Path folder;

    @Test
    void aRunIsRecordedFromBeginningToEnd() throws Exception {
        RunRecord run = RunRecord.begin(folder.resolve("run"), "train", List.of("--k", "10", "store"));
        run.model("sha256:12").seed("init", 7).fact("steps", 100).fact("hook", "mid").note("One prompt was cut.").output(folder.resolve("run/sae"))
                .output(folder.resolve("run/sae"));
        assertEquals(RunRecord.State.RUNNING, RunRecord.read(run.folder()).state());
        run.completed();
        RunRecord read = RunRecord.read(run.folder());
        assertEquals(RunRecord.State.COMPLETED, read.state());
        assertEquals("train", read.command());
        assertEquals(List.of("--k", "10", "store"), read.arguments());
        JsonObject json = read.json();
        assertEquals("sha256:12", json.get("model").getAsString());
        assertEquals(7, json.getAsJsonObject("seeds").get("init").getAsLong());
        assertEquals("[\"sae\"]", json.getAsJsonArray("outputs").toString());
        assertEquals("0.1.0", json.getAsJsonObject("versions").get("refract").getAsString());
        assertFalse(json.getAsJsonObject("versions").get("torch").getAsString().isEmpty());
        assertFalse(read.ended().orElseThrow().isBefore(read.started().orElseThrow()));
    }

    /** What differs is in the clock alone, and a run that lost its clock is read all the same. */
    @Test
    void twoEqualRunsHaveEqualRecords() throws Exception {
        for (String name : List.of("one", "other")) {
            RunRecord.begin(folder.resolve(name), "train", List.of("store")).seed("init", 7).took("record", name.length()).completed();
        }
        assertEquals(-1, Files.mismatch(folder.resolve("one/run.json"), folder.resolve("other/run.json")));
        assertEquals(Map.of("record", 5.0), RunRecord.read(folder.resolve("other")).seconds());
        Files.delete(folder.resolve("one").resolve(RunRecord.CLOCK));
        assertTrue(RunRecord.read(folder.resolve("one")).started().isEmpty());
    }

    /** Records of earlier versions keep times, process and seconds among everything else. */
    @Test
    void theTimesOfAnOlderRecordAreReadAndMoveToTheClock() throws Exception {
        RunRecord.begin(folder, "train", List.of()).completed();
        JsonObject json = Json.read(folder.resolve(RunRecord.FILE)).element().getAsJsonObject();
        json.addProperty("started", "2026-11-23T04:19:31Z");
        json.addProperty("ended", "2026-11-23T04:22:09Z");
        json.addProperty("process", "1-1700000000000");
        json.getAsJsonObject("facts").addProperty("seconds.record", 92);
        Files.writeString(folder.resolve(RunRecord.FILE), json.toString());
        Files.delete(folder.resolve(RunRecord.CLOCK));
        RunRecord older = RunRecord.read(folder);
        assertEquals("2026-11-23T04:19:31Z", older.started().orElseThrow().toString());
        assertEquals(Map.of("record", 92.0), older.seconds());
        older.completed();
        assertFalse(Files.readString(folder.resolve(RunRecord.FILE)).contains("2026"));
        assertEquals("2026-11-23T04:19:31Z", RunRecord.read(folder).started().orElseThrow().toString());
    }

    @Test
    void aFailureKeepsItsSentence() throws Exception {
        RunRecord.begin(folder, "train", List.of()).failed("The disk is full.");
        assertEquals(RunRecord.State.FAILED, RunRecord.read(folder).state());
        assertEquals("The disk is full.", RunRecord.read(folder).sentence().orElseThrow());
        RunRecord.read(folder).cancelled("You stopped it.");
        assertEquals("You stopped it.", RunRecord.read(folder).sentence().orElseThrow());
        assertEquals(RunRecord.State.RUNNING, RunRecord.read(folder).running().state());
        assertTrue(RunRecord.read(folder).sentence().isEmpty());
    }

    @Test
    void aKilledRunIsToldFromOneThatGoesOn() throws Exception {
        assertFalse(RunRecord.begin(folder, "train", List.of()).isInterrupted());
        long dead = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-version").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().onExit().get().pid();
        JsonObject json = Json.read(folder.resolve(RunRecord.CLOCK)).element().getAsJsonObject();
        json.addProperty("process", dead + "-1700000000000");
        Files.writeString(folder.resolve(RunRecord.CLOCK), json.toString());
        assertTrue(RunRecord.read(folder).isInterrupted());
        json.addProperty("process", ProcessHandle.current().pid() + "-1700000000000");
        Files.writeString(folder.resolve(RunRecord.CLOCK), json.toString());
        assertTrue(RunRecord.read(folder).isInterrupted(), "the process id was given out again");
    }

    @Test
    void aDamagedRecordIsRefusedWithASentence() throws Exception {
        RunRecord.begin(folder, "train", List.of("--k", "10")).note("n").seed("s", 1).completed();
        String sound = Files.readString(folder.resolve(RunRecord.FILE));
        Random random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            StringBuilder text = new StringBuilder(sound);
            for (int n = random.nextInt(3); n >= 0; n--) {
                text.setCharAt(random.nextInt(text.length()), "{}[]\",:0a\\- ".charAt(random.nextInt(12)));
            }
            Files.delete(folder.resolve(RunRecord.FILE));
            Files.writeString(folder.resolve(RunRecord.FILE), text);
            try {
                RunRecord.read(folder).arguments();
            } catch (RefractException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
        Files.delete(folder.resolve(RunRecord.FILE));
        assertThrows(RefractException.class, () -> RunRecord.read(folder));
    }
}

package org.refract.engine.job;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.ProcessMark;

/**
 * What differs between two equal runs, in {@value #FILE} beside the record: which process worked, when it began and ended, how long each part
 * took. A run whose clock is lost is a run all the same. Older runs keep their times in the record itself.
 */
final class RunClock {

    static final String FILE = "clock.json";

    private static final String PROCESS = "process";
    private static final String STARTED = "started";
    private static final String ENDED = "ended";
    private static final String SECONDS = "seconds";
    /** How the facts of older records that are times begin. */
    private static final String SECONDS_FACT = "seconds.";

    private final Path file;
    private final JsonObject clock;

    private RunClock(Path file, JsonObject clock) {
        this.file = file;
        this.clock = clock;
    }

    /** The clock of a run that begins now. */
    static RunClock begin(Path folder) {
        JsonObject clock = new JsonObject();
        clock.addProperty(STARTED, Instant.now().toString());
        return new RunClock(folder.resolve(FILE), clock);
    }

    /**
     * The clock of a run; what an older record says of times moves into it.
     *
     * @throws RefractException if it is damaged
     */
    static RunClock read(Path folder, JsonObject record) throws RefractException {
        Path file = folder.resolve(FILE);
        boolean apart = Files.exists(file);
        Json clock = apart ? Json.read(file) : Json.parse(folder.resolve(RunRecord.FILE).toString(), older(record).toString());
        try {
            for (String time : List.of(STARTED, ENDED)) {
                if (clock.has(time)) {
                    Instant.parse(clock.at(time).text());
                }
            }
        } catch (DateTimeParseException e) {
            throw RefractException.usage("%s is damaged: its times cannot be read.", apart ? file : folder.resolve(RunRecord.FILE));
        }
        if (clock.has(PROCESS)) {
            clock.at(PROCESS).text();
        }
        if (clock.has(SECONDS)) {
            for (Json seconds : clock.at(SECONDS).fields().values()) {
                seconds.number();
            }
        }
        return new RunClock(file, clock.element().getAsJsonObject());
    }

    private static JsonObject older(JsonObject record) {
        JsonObject clock = new JsonObject();
        for (String name : List.of(PROCESS, STARTED, ENDED)) {
            if (record.has(name) && !record.get(name).isJsonNull()) {
                clock.add(name, record.get(name));
            }
            record.remove(name);
        }
        JsonObject seconds = new JsonObject();
        JsonObject facts = record.getAsJsonObject("facts");
        for (String name : List.copyOf(facts.keySet())) {
            if (name.startsWith(SECONDS_FACT)) {
                seconds.add(name.substring(SECONDS_FACT.length()), facts.remove(name));
            }
        }
        clock.add(SECONDS, seconds);
        return clock;
    }

    /** This process works now. */
    void running() throws RefractException {
        clock.addProperty(PROCESS, ProcessMark.current().toString());
        clock.remove(ENDED);
        save();
    }

    void ended() throws RefractException {
        clock.addProperty(ENDED, Instant.now().toString());
        save();
    }

    void took(String part, long seconds) throws RefractException {
        if (!clock.has(SECONDS)) {
            clock.add(SECONDS, new JsonObject());
        }
        clock.getAsJsonObject(SECONDS).addProperty(part, seconds);
        save();
    }

    boolean isProcessAlive() {
        return clock.has(PROCESS) && ProcessMark.parse(clock.get(PROCESS).getAsString()).filter(ProcessMark::isAlive).isPresent();
    }

    Optional<Instant> started() {
        return time(STARTED);
    }

    Optional<Instant> whenEnded() {
        return time(ENDED);
    }

    Map<String, Double> seconds() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        if (clock.has(SECONDS)) {
            clock.getAsJsonObject(SECONDS).entrySet().forEach(part -> seconds.put(part.getKey(), part.getValue().getAsDouble()));
        }
        return seconds;
    }

    private Optional<Instant> time(String name) {
        return clock.has(name) ? Optional.of(Instant.parse(clock.get(name).getAsString())) : Optional.empty();
    }

    private void save() throws RefractException {
        AtomicFile.write(file, Json.text(clock));
    }
}

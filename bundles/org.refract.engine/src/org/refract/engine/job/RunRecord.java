package org.refract.engine.job;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.Version;
import org.refract.engine.file.AtomicFile;

/**
 * What a run did, in {@code run.json} of its folder: the command that repeats it, versions, model, seeds, how it ended, and what it left;
 * two equal runs have equal ones. When it began and ended is kept apart, see {@link #CLOCK}. Every change is written at once and atomically, so
 * the record of a killed run is whole and says that it runs; {@link #isInterrupted()} tells such a run from one that is still going on.
 */
public final class RunRecord {

    /** The record's name in the run's folder. */
    public static final String FILE = "run.json";

    /** Beside the record, what differs between two equal runs: process, times. */
    public static final String CLOCK = RunClock.FILE;

    private static final int FORMAT = 1;
    private static final String MODEL_LOCATION = "model_location";

    private final Path folder;
    private final RunClock clock;
    private final JsonObject record;

    /** How a run stands. */
    public enum State {
        /** It has begun and not ended. */
        RUNNING,
        /** It came to its end. */
        COMPLETED,
        /** It was stopped. */
        CANCELLED,
        /** It failed. */
        FAILED
    }

    private RunRecord(Path folder, RunClock clock, JsonObject record) {
        this.folder = folder;
        this.clock = clock;
        this.record = record;
    }

    /**
     * Begins the record of a run.
     *
     * @param folder the run's folder, made if missing
     * @param command the subcommand, {@code train}
     * @param arguments its arguments as a person would type them to repeat the run
     */
    public static RunRecord begin(Path folder, String command, List<String> arguments) throws RefractException {
        JsonObject record = new JsonObject();
        record.addProperty("format", FORMAT);
        record.addProperty("command", command);
        JsonArray typed = new JsonArray();
        arguments.forEach(typed::add);
        record.add("arguments", typed);
        JsonObject versions = new JsonObject();
        versions.addProperty("refract", Version.refract());
        versions.addProperty("torch", Version.torch());
        versions.addProperty("java", Version.java());
        record.add("versions", versions);
        record.add("model", JsonNull.INSTANCE);
        record.add("seeds", new JsonObject());
        record.add("facts", new JsonObject());
        record.add("outputs", new JsonArray());
        record.add("notes", new JsonArray());
        return new RunRecord(folder, RunClock.begin(folder), record).running();
    }

    /**
     * Reads the record of a run.
     *
     * @throws RefractException if there is none or it is damaged
     */
    public static RunRecord read(Path folder) throws RefractException {
        Path file = folder.resolve(FILE);
        Json json = Json.read(file);
        json.at("format").integer(FORMAT, FORMAT);
        json.at("command").text();
        json.at("arguments").texts();
        json.at("versions").fields();
        json.at("seeds").fields();
        for (Json fact : json.at("facts").fields().values()) {
            if (!fact.element().isJsonPrimitive()) {
                throw fact.wrong("a text or a number");
            }
        }
        json.at("outputs").texts();
        json.at("notes").texts();
        Optional<Json> sentence = json.find("sentence");
        if (sentence.isPresent()) {
            sentence.get().text();
        }
        try {
            State.valueOf(json.at("state").text().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw RefractException.usage("%s is damaged: its state cannot be read.", file);
        }
        JsonObject record = json.element().getAsJsonObject();
        return new RunRecord(folder, RunClock.read(folder, record), record);
    }

    /** Marks the run as going on in this process, at its beginning and when it is taken up again. */
    public RunRecord running() throws RefractException {
        clock.running();
        return stands(State.RUNNING, "");
    }

    /** The run's folder. */
    public Path folder() {
        return folder;
    }

    /** The subcommand. */
    public String command() {
        return record.get("command").getAsString();
    }

    /** The subcommand's arguments. */
    public List<String> arguments() {
        return record.getAsJsonArray("arguments").asList().stream().map(JsonElement::getAsString).toList();
    }

    /** Where the model lies that the run is of, if it is said. */
    public Optional<Path> modelLocation() {
        return fact(MODEL_LOCATION).map(Path::of);
    }

    /** A fact as text, if it was kept. */
    public Optional<String> fact(String name) {
        return Optional.ofNullable(record.getAsJsonObject("facts").get(name)).map(JsonElement::getAsString);
    }

    /** Says where the model lies, at the beginning or because it lies elsewhere now; the command that repeats the run says so, too. */
    public RunRecord modelAt(Path place) throws RefractException {
        JsonArray typed = record.getAsJsonArray("arguments");
        int at = arguments().indexOf("--model");
        if (at >= 0 && at + 1 < typed.size()) {
            typed.set(at + 1, new JsonPrimitive(place.toString()));
        }
        return fact(MODEL_LOCATION, place.toString());
    }

    /** The model's fingerprint, if it is known. */
    public Optional<String> model() {
        JsonElement model = record.get("model");
        return model == null || !model.isJsonPrimitive() ? Optional.empty() : Optional.of(model.getAsString());
    }

    /** How the run stands. */
    public State state() {
        return State.valueOf(record.get("state").getAsString().toUpperCase(Locale.ROOT));
    }

    /** Why it was cancelled or failed. */
    public Optional<String> sentence() {
        JsonElement sentence = record.get("sentence");
        return sentence == null || sentence.isJsonNull() ? Optional.empty() : Optional.of(sentence.getAsString());
    }

    /** When it began, if its clock is there. */
    public Optional<Instant> started() {
        return clock.started();
    }

    /** When it ended, if it did and its clock is there. */
    public Optional<Instant> ended() {
        return clock.whenEnded();
    }

    /** Seconds that parts of the run took, by their names. */
    public Map<String, Double> seconds() {
        return clock.seconds();
    }

    /** Keeps the seconds that a part of the run took. */
    public RunRecord took(String part, long seconds) throws RefractException {
        clock.took(part, seconds);
        return this;
    }

    /** Whether the record says that it runs, and its process is gone. */
    public boolean isInterrupted() {
        return state() == State.RUNNING && !clock.isProcessAlive();
    }

    /** Names the model by its fingerprint. */
    public RunRecord model(String fingerprint) throws RefractException {
        record.addProperty("model", fingerprint);
        return save();
    }

    /** Keeps a seed under the name of what it seeds. */
    public RunRecord seed(String name, long seed) throws RefractException {
        record.getAsJsonObject("seeds").addProperty(name, seed);
        return save();
    }

    /** Keeps a number or text about the run. */
    public RunRecord fact(String name, Object value) throws RefractException {
        record.getAsJsonObject("facts").add(name, value instanceof Number number ? new JsonPrimitive(number) : new JsonPrimitive(value.toString()));
        return save();
    }

    /** Keeps a sentence. */
    public RunRecord note(String sentence) throws RefractException {
        record.getAsJsonArray("notes").add(sentence);
        return save();
    }

    /** Names a file or folder that the run left, relative to its folder where it lies inside. */
    public RunRecord output(Path made) throws RefractException {
        Path home = folder.toAbsolutePath().normalize();
        Path path = made.toAbsolutePath().normalize();
        String name = (path.startsWith(home) ? home.relativize(path) : path).toString().replace('\\', '/');
        JsonPrimitive entry = new JsonPrimitive(name);
        if (!record.getAsJsonArray("outputs").contains(entry)) {
            record.getAsJsonArray("outputs").add(entry);
        }
        return save();
    }

    /** The run came to its end. */
    public RunRecord completed() throws RefractException {
        return end(State.COMPLETED, "");
    }

    /** The run was stopped. */
    public RunRecord cancelled(String sentence) throws RefractException {
        return end(State.CANCELLED, sentence);
    }

    /** The run failed. */
    public RunRecord failed(String sentence) throws RefractException {
        return end(State.FAILED, sentence);
    }

    /** The whole record as JSON. */
    public JsonObject json() {
        return record.deepCopy();
    }

    private RunRecord end(State state, String sentence) throws RefractException {
        clock.ended();
        return stands(state, sentence);
    }

    private RunRecord stands(State state, String sentence) throws RefractException {
        record.addProperty("state", state.name().toLowerCase(Locale.ROOT));
        record.add("sentence", sentence.isEmpty() ? JsonNull.INSTANCE : new JsonPrimitive(sentence));
        return save();
    }

    private RunRecord save() throws RefractException {
        AtomicFile.write(folder.resolve(FILE), Json.text(record));
        return this;
    }
}

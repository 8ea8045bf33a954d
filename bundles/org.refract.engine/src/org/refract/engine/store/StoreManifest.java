package org.refract.engine.store;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.tensor.TorchType;

/**
 * What an {@link ActivationStore} holds; {@code manifest.json} of its folder.
 *
 * @param point what was recorded
 * @param model name of the model
 * @param modelFingerprint {@link org.refract.api.model.ModelInfo#fingerprint()} of the model
 * @param type element type in the shards, {@code FLOAT32} or {@code BFLOAT16}
 * @param steps passes of a recording, one for each denoising step; a scheduler that looks at a step twice has more ({@link #denoisingSteps()})
 * @param rows height of the map, 1 for a sequence
 * @param columns width of the map, or length of the sequence
 * @param width d, numbers of one vector
 * @param recordings how many recordings there are when all shards are
 * @param perShard recordings of a shard; shard {@code s} begins with recording {@code s · perShard}
 * @param facts how the recordings were made: the request, the element type of the model, versions
 */
public record StoreManifest(HookPoint point, String model, String modelFingerprint, TorchType type, int steps, int rows, int columns, int width,
        int recordings, int perShard, Map<String, String> facts) {

    static final String FILE = "manifest.json";
    /** The fact that says what was asked of the model, as a request without prompts and seeds. */
    public static final String REQUEST = "request";

    private static final String FORMAT = "refract-activations";
    private static final int VERSION = 1;
    private static final int LARGEST = 1 << 24;

    /** Copies the facts, in alphabetical order. */
    public StoreManifest {
        facts = Map.copyOf(facts);
    }

    /** A fact, if it is there. */
    public Optional<String> fact(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    /** The manifest of the first readable store in a run's folder; all stores of a run were recorded in the same passes. */
    public static Optional<StoreManifest> ofRun(Path run) {
        Path stores = run.resolve("store");
        if (!Files.isDirectory(stores)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(stores)) {
            return folders.filter(f -> Files.isRegularFile(f.resolve(FILE))).sorted().flatMap(f -> readable(f).stream()).findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<StoreManifest> readable(Path folder) {
        try {
            return Optional.of(read(folder));
        } catch (RefractException damaged) {
            return Optional.empty();
        }
    }

    /** Vectors of one recording: steps · rows · columns. */
    public int vectorsPerRecording() {
        return steps * rows * columns;
    }

    /** Bytes of one recording. */
    public long bytesPerRecording() {
        return (long) vectorsPerRecording() * width * type.bytes();
    }

    /** Shards of the complete store. */
    public int shards() {
        return (recordings + perShard - 1) / perShard;
    }

    /** Recordings of a shard; the last one may have fewer. */
    public int recordingsOf(int shard) {
        return Math.min(perShard, recordings - shard * perShard);
    }

    /** Writes {@code manifest.json} into a store's folder. */
    void write(Path folder) throws RefractException {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("version", VERSION);
        json.addProperty("point", point.toString());
        json.addProperty("model", model);
        json.addProperty("model_fingerprint", modelFingerprint);
        json.addProperty("dtype", type.safetensors());
        json.addProperty("steps", steps);
        json.addProperty("rows", rows);
        json.addProperty("columns", columns);
        json.addProperty("width", width);
        json.addProperty("recordings", recordings);
        json.addProperty("per_shard", perShard);
        JsonObject said = new JsonObject();
        new TreeMap<>(facts).forEach(said::addProperty);
        json.add("facts", said);
        AtomicFile.write(folder.resolve(FILE), Json.text(json));
    }

    /**
     * Reads {@code manifest.json} of a store's folder.
     *
     * @throws RefractException if it is missing or damaged: what is wrong
     */
    static StoreManifest read(Path folder) throws RefractException {
        Json json = Json.read(folder.resolve(FILE));
        if (!json.at("format").text().equals(FORMAT)) {
            throw json.at("format").wrong("'" + FORMAT + "'");
        }
        if (json.at("version").integer() != VERSION) {
            throw json.at("version").wrong(VERSION + " (a newer Refract wrote this store)");
        }
        Json dtype = json.at("dtype");
        TorchType type = TorchType.ofSafetensors(dtype.text()).filter(t -> t == TorchType.FLOAT32 || t == TorchType.BFLOAT16)
                .orElseThrow(() -> dtype.wrong("F32 or BF16"));
        Map<String, String> facts = new TreeMap<>();
        for (var fact : json.at("facts").fields().entrySet()) {
            facts.put(fact.getKey(), fact.getValue().text());
        }
        StoreManifest manifest = new StoreManifest(HookPoint.parse(json.at("point").text()), json.at("model").text(),
                json.at("model_fingerprint").text(), type, size(json, "steps"), size(json, "rows"), size(json, "columns"), size(json, "width"),
                json.at("recordings").integer(1, Integer.MAX_VALUE), json.at("per_shard").integer(1, Integer.MAX_VALUE), facts);
        if ((double) manifest.steps * manifest.rows * manifest.columns * manifest.width * 4 * manifest.perShard > Long.MAX_VALUE / 4
                || (double) manifest.steps * manifest.rows * manifest.columns > LARGEST) {
            throw json.wrong("a store of recordings that fit into memory");
        }
        return manifest;
    }

    private static int size(Json json, String name) throws RefractException {
        return json.at(name).integer(1, LARGEST);
    }
}

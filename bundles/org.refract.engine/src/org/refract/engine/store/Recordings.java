package org.refract.engine.store;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.OwnFiles;
import org.refract.engine.file.SafeTensors;

/**
 * Prompts, seeds and small pictures of a run's recordings: {@code store/recordings.jsonl}, one line {@code {"index", "prompt", "seed"}} for
 * each, and {@code images/images-00000.safetensors}, one tensor {@code image} (recordings, height, width, 3) uint8 for each shard. May be
 * used from any thread.
 */
public final class Recordings implements AutoCloseable {

    static final String FILE = "recordings.jsonl";
    static final String IMAGES = "images";
    private static final String PICTURES = "refract-images";
    static final String IMAGE = "image";
    private static final int OPEN_PACKS = 64;

    private final Path run;
    private final List<Recording> recordings;
    private final int perShard;
    private final Map<Integer, SafeTensors> packs = new LinkedHashMap<>(16, 0.75f, true);

    private Recordings(Path run, List<Recording> recordings, int perShard) {
        this.run = run;
        this.recordings = recordings;
        this.perShard = perShard;
    }

    /**
     * Opens the recordings of a run's folder.
     *
     * @throws RefractException if there are none, or the list is damaged
     */
    public static Recordings open(Path run) throws RefractException {
        Path file = file(run);
        if (!Files.exists(file)) {
            throw RefractException.usage("There are no recordings in %s: record some with refract harvest.", run);
        }
        return new Recordings(run, read(file), perShard(run));
    }

    /** A plan: recording i has prompt {@code i mod prompts} and seed {@code firstSeed + i}. */
    public static List<Recording> plan(List<String> prompts, int count, long firstSeed) throws RefractException {
        if (prompts.isEmpty() || count < 1) {
            throw RefractException.usage("There is nothing to record: give at least one prompt and ask for at least one recording.");
        }
        return Stream.iterate(0, i -> i + 1).limit(count).map(i -> new Recording(i, prompts.get(i % prompts.size()), firstSeed + i)).toList();
    }

    /** What was recorded into a store that lies in a run's folder; empty for a store that lies elsewhere. */
    public static Optional<List<Recording>> into(ActivationStore store) throws RefractException {
        Path folder = store.folder().toAbsolutePath().getParent();
        if (folder == null || folder.getParent() == null || !Files.exists(file(folder.getParent()))) {
            return Optional.empty();
        }
        return Optional.of(read(file(folder.getParent())));
    }

    /** Whether a file is the list of a run's recordings, which lies beside the stores. */
    public static boolean isList(Path file) {
        return file.endsWith(FILE) && Files.isRegularFile(file);
    }

    static Path file(Path run) {
        return run.resolve("store").resolve(FILE);
    }

    static Path images(Path run) {
        return run.resolve(IMAGES);
    }

    /** Writes the list, or compares it with one that is there. */
    static void begin(Path run, List<Recording> plan, int perShard) throws RefractException {
        Path file = file(run);
        boolean listed = Files.exists(file);
        boolean pictures = Files.exists(images(run).resolve(StoreManifest.FILE));
        if (listed && !read(file).equals(plan) || listed && pictures && perShard(run) != perShard) {
            throw RefractException.usage("%s holds recordings of other prompts, seeds or shard sizes: choose another folder, or delete it.", run);
        }
        if (listed && pictures) {
            return;
        }
        OwnFiles.check(images(run), List.of(StoreManifest.FILE), Recordings::arePictures);
        JsonObject images = new JsonObject();
        images.addProperty("format", PICTURES);
        images.addProperty("version", 1);
        images.addProperty("per_shard", perShard);
        AtomicFile.write(images(run).resolve(StoreManifest.FILE), Json.text(images));
        try (AtomicFile list = AtomicFile.create(file)) {
            BufferedWriter out = new BufferedWriter(new OutputStreamWriter(list.stream(), StandardCharsets.UTF_8));
            for (Recording recording : plan) {
                JsonObject line = new JsonObject();
                line.addProperty("index", recording.index());
                line.addProperty("prompt", recording.prompt());
                line.addProperty("seed", recording.seed());
                out.write(line + "\n");
            }
            out.flush();
            list.commit();
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }

    private static boolean arePictures(Path images) {
        try {
            Json json = Json.read(images.resolve(StoreManifest.FILE));
            return json.has("format") && json.at("format").text().equals(PICTURES);
        } catch (RefractException notOurs) {
            return false;
        }
    }

    private static int perShard(Path run) throws RefractException {
        return Json.read(images(run).resolve(StoreManifest.FILE)).at("per_shard").integer(1, Integer.MAX_VALUE);
    }

    private static List<Recording> read(Path file) throws RefractException {
        List<Recording> recordings = new ArrayList<>();
        try (var lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Json json = Json.parse(file + ", line " + (recordings.size() + 1), line);
                if (json.at("index").integer() != recordings.size()) {
                    throw json.at("index").wrong(Integer.toString(recordings.size()));
                }
                recordings.add(new Recording(recordings.size(), json.at("prompt").text(), json.at("seed").integer()));
            }
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        return List.copyOf(recordings);
    }

    /** How many recordings were planned. */
    public int size() {
        return recordings.size();
    }

    /** All of them in order. */
    public List<Recording> all() {
        return recordings;
    }

    /** What was asked for. */
    public String prompt(int index) {
        return recordings.get(index).prompt();
    }

    /** The seed of its noise. */
    public long seed(int index) {
        return recordings.get(index).seed();
    }

    /**
     * The picture, at most {@value Harvest#THUMBNAIL} pixels on the longer side; empty if it has not been recorded yet.
     *
     * @throws RefractException if the file that holds it is damaged
     */
    public synchronized Optional<BufferedImage> image(int index) throws RefractException {
        ShardFile file = new ShardFile(images(run), IMAGES, index / perShard);
        if (!packs.containsKey(file.index())) {
            if (!file.isComplete()) {
                return Optional.empty();
            }
            packs.put(file.index(), SafeTensors.open(file.tensors()));
            if (packs.size() > OPEN_PACKS) {
                var eldest = packs.entrySet().iterator();
                eldest.next().getValue().close();
                eldest.remove();
            }
        }
        SafeTensors pack = packs.get(file.index());
        long[] shape = pack.info(IMAGE).shape().getShape();
        if (shape.length != 4 || shape[3] != 3 || index % perShard >= shape[0] || shape[1] * shape[2] > 1 << 24) {
            throw RefractException.usage("%s is damaged: delete it with %s and harvest again.", file.tensors(), file.seal().getFileName());
        }
        int height = (int) shape[1];
        int width = (int) shape[2];
        MemorySegment pixels = pack.bytes(IMAGE).asSlice((long) index % perShard * height * width * 3, (long) height * width * 3);
        int[] rgb = new int[height * width];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = level(pixels, 3L * i) << 16 | level(pixels, 3L * i + 1) << 8 | level(pixels, 3L * i + 2);
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, rgb, 0, width);
        return Optional.of(image);
    }

    private static int level(MemorySegment pixels, long at) {
        return Byte.toUnsignedInt(pixels.get(ValueLayout.JAVA_BYTE, at));
    }

    @Override
    public synchronized void close() {
        packs.values().forEach(SafeTensors::close);
        packs.clear();
    }
}

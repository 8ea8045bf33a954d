package org.refract.engine.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Site;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TensorInfo;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.TorchType;

/**
 * The recordings of one hook point on disk: a folder with {@code manifest.json} and numbered shards.
 *
 * <p>A shard {@code shard-00000.safetensors} holds one tensor {@code update} of shape (recordings, steps, rows, columns, width), float32 or
 * bfloat16, so a vector's numbers lie together; {@code shard-00000.json} beside it holds its length and SHA-256. Shards are never changed;
 * which of them are there is all that grows, so several machines may fill one store.
 */
public final class ActivationStore implements AutoCloseable {

    static final String PREFIX = "shard";
    static final String TENSOR = "update";
    private static final KernelLibrary KERNELS = KernelLibrary.of(ActivationStore.class, "store.ts.py");

    private final Path folder;
    private final StoreManifest manifest;
    private final int[] recordings;
    private final Map<Integer, SafeTensors> shards = new TreeMap<>();

    private ActivationStore(Path folder, StoreManifest manifest, int[] recordings) {
        this.folder = folder;
        this.manifest = manifest;
        this.recordings = recordings;
    }

    /** The folder of a hook point inside a run's {@code store} folder: its path, with the site after it unless it is the update. */
    public static String folderName(HookPoint point) {
        return point.site() == Site.UPDATE ? point.path() : point.path() + "." + point.site().name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Opens a store; checks the length of every shard, not its bytes.
     *
     * @throws RefractException if it is no store, is empty, or a shard is cut short
     */
    public static ActivationStore open(Path folder) throws RefractException {
        if (!Files.isDirectory(folder)) {
            throw RefractException.usage("There is no activation store %s: record one with refract harvest.", folder);
        }
        if (!Files.exists(folder.resolve(StoreManifest.FILE))) {
            throw RefractException.usage("%s is no activation store: it has no %s.", folder, StoreManifest.FILE);
        }
        StoreManifest manifest = StoreManifest.read(folder);
        List<Integer> present = new ArrayList<>();
        for (int s : shardsIn(folder)) {
            if (s < manifest.shards()) {
                checkLength(new ShardFile(folder, PREFIX, s), manifest, s);
                for (int i = 0; i < manifest.recordingsOf(s); i++) {
                    present.add(s * manifest.perShard() + i);
                }
            }
        }
        if (present.isEmpty()) {
            throw RefractException.usage("The activation store %s is empty: harvest into it first.", folder);
        }
        return new ActivationStore(folder, manifest, present.stream().mapToInt(Integer::intValue).toArray());
    }

    private static List<Integer> shardsIn(Path folder) throws RefractException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).filter(f -> f.matches(PREFIX + "-\\d{5,9}\\.json"))
                    .map(f -> Integer.parseInt(f.substring(PREFIX.length() + 1, f.length() - ".json".length()))).sorted().toList();
        } catch (IOException e) {
            throw org.refract.engine.file.FileFailure.reading(folder, e);
        }
    }

    private static void checkLength(ShardFile shard, StoreManifest manifest, int index) throws RefractException {
        Optional<ShardFile.Seal> seal = shard.find();
        try {
            long bytes = Files.size(shard.tensors());
            if (seal.isPresent() && (seal.get().bytes() != bytes || seal.get().recordings() != manifest.recordingsOf(index))) {
                throw damaged(shard, "its length is %d bytes where %d were written".formatted(bytes, seal.get().bytes()));
            }
        } catch (IOException e) {
            throw damaged(shard, "it cannot be read");
        }
    }

    private static RefractException damaged(ShardFile shard, String why) {
        return RefractException.usage("%s is damaged (%s): delete it with %s and harvest again, only this shard is made anew.", shard.tensors(),
                why, shard.seal().getFileName());
    }

    /** What the store holds. */
    public StoreManifest manifest() {
        return manifest;
    }

    /** Where it lies. */
    public Path folder() {
        return folder;
    }

    /** Indices of the recordings that are there, ascending. */
    public int[] recordings() {
        return recordings.clone();
    }

    /** Numbers of one vector. */
    public int width() {
        return manifest.width();
    }

    /** How many vectors are there. */
    public long vectors() {
        return (long) recordings.length * manifest.vectorsPerRecording();
    }

    /**
     * @throws RefractException if this store was not recorded from this model at this point
     */
    public void require(ModelInfo model, HookPoint point) throws RefractException {
        if (!manifest.modelFingerprint().equals(model.fingerprint())) {
            throw RefractException.usage("The activation store %s was recorded from %s (%s), not from %s (%s): harvest this model into another"
                    + " folder.", folder, manifest.model(), manifest.modelFingerprint(), model.name(), model.fingerprint());
        }
        if (!manifest.point().equals(point)) {
            throw RefractException.usage("The activation store %s was recorded at %s, not at %s.", folder, manifest.point(), point);
        }
    }

    /**
     * The vectors of one recording.
     *
     * @return {@code (steps · rows · columns, width)} float32 on the CPU, a copy
     */
    public NDArray read(int recording, NDManager owner) throws RefractException {
        return read(recording, 1, owner);
    }

    /**
     * The vectors of several recordings of one shard.
     *
     * @param first their first
     * @param count how many; the recordings {@code first} to {@code first + count − 1} must be in one shard
     * @return {@code (count · steps · rows · columns, width)} float32 on the CPU, a copy
     */
    public NDArray read(int first, int count, NDManager owner) throws RefractException {
        int shard = first / manifest.perShard();
        int within = first % manifest.perShard();
        if (count < 1 || within + count > manifest.recordingsOf(shard)) {
            throw new IllegalArgumentException("recordings " + first + " to " + (first + count - 1) + " are not in one shard");
        }
        try (NDManager step = owner.newSubManager()) {
            NDArray all = tensors(shard).read(TENSOR, step);
            return KERNELS.call(owner, "vectors", all, within, count, manifest.width());
        }
    }

    /** The recordings of one shard that {@link #read(int, int, NDManager)} can return at once, from {@code first} on. */
    public int inOneShard(int first) {
        return manifest.recordingsOf(first / manifest.perShard()) - first % manifest.perShard();
    }

    /** The bytes of one recording, (steps, rows, columns, width), through the mapped file. */
    synchronized MemorySegment bytes(int recording) throws RefractException {
        int shard = recording / manifest.perShard();
        return tensors(shard).bytes(TENSOR).asSlice(recording % manifest.perShard() * manifest.bytesPerRecording(), manifest.bytesPerRecording());
    }

    /**
     * Reads every byte and compares it with the recorded SHA-256.
     *
     * @throws RefractException which shard is damaged
     */
    public void verify(Monitor monitor) throws RefractException {
        List<Integer> present = shardsIn(folder);
        monitor.stage("Checking " + folder.getFileName(), present.size());
        for (int shard : present) {
            new ShardFile(folder, PREFIX, shard).verify();
            tensors(shard);
            monitor.advance(1);
            monitor.checkpoint();
        }
    }

    private synchronized SafeTensors tensors(int shard) throws RefractException {
        SafeTensors open = shards.get(shard);
        if (open == null) {
            ShardFile file = new ShardFile(folder, PREFIX, shard);
            open = SafeTensors.open(file.tensors());
            Optional<TensorInfo> info = open.find(TENSOR);
            long[] shape = {manifest.recordingsOf(shard), manifest.steps(), manifest.rows(), manifest.columns(), manifest.width()};
            if (info.isEmpty() || !java.util.Arrays.equals(info.get().shape().getShape(), shape)
                    || !info.get().type().equals(Optional.of(manifest.type()))) {
                open.close();
                throw damaged(file, "it holds no %s tensor '%s' of shape %s".formatted(manifest.type().safetensors(), TENSOR,
                        java.util.Arrays.toString(shape)));
            }
            shards.put(shard, open);
        }
        return open;
    }

    /** Whether numbers are stored as bfloat16. */
    boolean isHalf() {
        return manifest.type() == TorchType.BFLOAT16;
    }

    @Override
    public synchronized void close() {
        shards.values().forEach(SafeTensors::close);
        shards.clear();
    }
}

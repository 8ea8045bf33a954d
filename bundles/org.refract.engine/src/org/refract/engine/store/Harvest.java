package org.refract.engine.store;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Layout;
import org.refract.engine.file.FolderLock;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.file.StillThere;
import org.refract.engine.job.CheckpointsOnly;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.request.RequestFile;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Positions;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.SharedWork;
import org.refract.engine.tensor.TorchType;

/**
 * Runs an image model over a list of prompts and records all hook points in one pass: an {@link ActivationStore} for each in {@code
 * RUN/store}, small pictures in {@code RUN/images}. Every shard is written beside its place and renamed; a harvest that was stopped goes on
 * with the next shard, and parts may run on several machines into one folder.
 */
public final class Harvest {

    /** Longer side of a recording's picture in pixels, at most. */
    public static final int THUMBNAIL = 128;

    private static final KernelLibrary KERNELS = KernelLibrary.of(Harvest.class, "store.ts.py");

    private final Path run;
    private final Plan plan;

    /**
     * What is recorded and how.
     *
     * @param request size, steps and guidance of every picture; its prompts and seeds are replaced
     * @param points what is recorded
     * @param recordings prompts and seeds, numbered from 0 without gaps
     * @param type element type of the store, {@code FLOAT32} or {@code BFLOAT16}
     * @param perShard recordings of a shard
     * @param batch pictures that are drawn together
     * @param part which part of the shards is done here, from 0
     * @param parts how many parts there are
     */
    public record Plan(ImageRequest request, List<HookPoint> points, List<Recording> recordings, TorchType type, int perShard, int batch, int part,
            int parts) {

        /** Checks the numbers. */
        public Plan {
            points = List.copyOf(points);
            recordings = List.copyOf(recordings);
        }

        /** A plan that one machine carries out alone, in bfloat16, 256 recordings a shard. */
        public static Plan of(ImageRequest request, List<HookPoint> points, List<Recording> recordings, int batch) {
            return new Plan(request, points, recordings, TorchType.BFLOAT16, 256, batch, 0, 1);
        }

        private void check() throws RefractException {
            if (recordings.isEmpty() || points.isEmpty()) {
                throw RefractException.usage("There is nothing to record: give at least one prompt and one hook point.");
            }
            if (perShard < 1 || batch < 1 || parts < 1 || part < 0 || part >= parts) {
                throw RefractException.usage("A harvest needs at least one recording per shard and picture per batch, and a part from 1 to the"
                        + " number of parts; it was given %d, %d and part %d of %d.", perShard, batch, part + 1, parts);
            }
            if (type != TorchType.FLOAT32 && type != TorchType.BFLOAT16) {
                throw RefractException.usage("An activation store holds fp32 or bf16, not %s.", type);
            }
        }

        private int shards() {
            return (recordings.size() + perShard - 1) / perShard;
        }

        private List<Recording> ofShard(int shard) {
            return recordings.subList(shard * perShard, Math.min(recordings.size(), (shard + 1) * perShard));
        }
    }

    /** @param run the folder that gets {@code store} and {@code images} */
    public Harvest(Path run, Plan plan) {
        this.run = run;
        this.plan = plan;
    }

    /** The folder of a hook point's store. */
    public static Path store(Path run, HookPoint point) {
        return run.resolve("store").resolve(ActivationStore.folderName(point));
    }

    /**
     * Records what is not there yet. Call on the model's device thread.
     *
     * @param monitor one unit of progress per recording; stopping it keeps all finished shards
     * @return how many recordings of this part are on the disk, which are all
     * @throws RefractException if the folder holds other recordings, somebody else records this part, an activation is not finite, the disk is
     *     full, or somebody deleted what was recorded
     */
    public int run(ImageModel model, Monitor monitor) throws RefractException {
        plan.check();
        for (HookPoint point : plan.points()) {
            if (model.require(point).layout() == Layout.ATTENTION) {
                throw RefractException.usage("%s is a matrix of positions and tokens, which has no channels to record; record the attention"
                        + " itself, %s:output.", point, point.path().substring(0, point.path().lastIndexOf('.')));
            }
        }
        String part = "part-%d-of-%d".formatted(plan.part() + 1, plan.parts());
        try (FolderLock lock = FolderLock.take(run.resolve("store"), part, plan.parts() == 1 ? "a harvest" : "a harvest of " + part)) {
            return recordMissing(model, monitor);
        }
    }

    private int recordMissing(ImageModel model, Monitor monitor) throws RefractException {
        Recordings.begin(run, plan.recordings(), plan.perShard());
        List<Integer> missing = missing();
        monitor.stage("Recording %d hook points".formatted(plan.points().size()), missing.stream().mapToInt(shard -> plan.ofShard(shard).size()).sum());
        for (int shard : missing) {
            record(model, shard, monitor);
        }
        List<Path> lists = new ArrayList<>(List.of(Recordings.file(run), Recordings.images(run).resolve(StoreManifest.FILE)));
        plan.points().forEach(point -> lists.add(store(run, point).resolve(StoreManifest.FILE)));
        StillThere.check(lists);
        int lost = missing().stream().mapToInt(shard -> plan.ofShard(shard).size()).sum();
        int all = IntStream.range(0, plan.shards()).filter(this::isOfThisPart).map(shard -> plan.ofShard(shard).size()).sum();
        if (lost > 0) {
            throw RefractException.failure("%d of %d recordings are not in %s any more: somebody moved or deleted them meanwhile; the same command records"
                    + " them again.", lost, all, run);
        }
        return all;
    }

    private boolean isOfThisPart(int shard) {
        return shard % plan.parts() == plan.part();
    }

    /** Shards of this part that are not on the disk, whole. */
    private List<Integer> missing() {
        return IntStream.range(0, plan.shards()).filter(this::isOfThisPart).filter(shard -> !isComplete(shard)).boxed().toList();
    }

    private boolean isComplete(int shard) {
        return plan.points().stream().allMatch(p -> StoreWriter.isComplete(store(run, p), shard)) && pictures(shard).isComplete();
    }

    private ShardFile pictures(int shard) {
        return new ShardFile(Recordings.images(run), Recordings.IMAGES, shard);
    }

    private void record(ImageModel model, int shard, Monitor monitor) throws RefractException {
        List<Recording> recordings = plan.ofShard(shard);
        Map<HookPoint, StoreWriter> writers = new LinkedHashMap<>();
        List<SafeTensorsWriter> pictures = new ArrayList<>();
        try {
            int batches = (recordings.size() + plan.batch() - 1) / plan.batch();
            ImageRequest first = request(recordings.subList(0, Math.min(recordings.size(), plan.batch())));
            SharedWork.inOrder(model.lanes(first), batches, batch -> {
                monitor.checkpoint();
                int start = batch * plan.batch();
                return recorded(model, request(recordings.subList(start, Math.min(recordings.size(), start + plan.batch()))), monitor);
            }, (batch, recorded) -> {
                try (recorded) {
                    write(model, shard, recorded, writers, pictures, monitor);
                    monitor.advance(recorded.count());
                }
            });
            for (StoreWriter writer : writers.values()) {
                writer.commit();
            }
            pictures.getFirst().commit();
            pictures(shard).write(recordings.size());
        } finally {
            for (StoreWriter writer : writers.values()) {
                writer.close();
            }
            for (SafeTensorsWriter writer : pictures) {
                writer.close();
            }
        }
    }

    private ImageRequest request(List<Recording> batch) {
        return plan.request().withDecode(true).withPrompts(batch.stream().map(Recording::prompt).toList(), batch.stream().map(Recording::seed).toList());
    }

    /** What a batch gave, before it is written. */
    private record Recorded(Scope scope, List<RecordingHook> hooks, ImageBatch drawn, int count) implements AutoCloseable {
        @Override
        public void close() {
            scope.close();
        }
    }

    private Recorded recorded(ImageModel model, ImageRequest request, Monitor monitor) throws RefractException {
        Scope scope = Scope.open(model.placement());
        try {
            List<RecordingHook> hooks = plan.points().stream().map(point -> new RecordingHook(point, scope.manager())).toList();
            ImageBatch drawn = model.generate(request, hooks, new CheckpointsOnly(monitor), scope.manager());
            return new Recorded(scope, hooks, drawn, request.prompts().size());
        } catch (RefractException | RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    private void write(ImageModel model, int shard, Recorded recorded, Map<HookPoint, StoreWriter> writers, List<SafeTensorsWriter> pictures,
            Monitor monitor) throws RefractException {
        for (RecordingHook hook : recorded.hooks()) {
            if (hook.passes() == 0) {
                throw RefractException.failure("%s never passed %s, so nothing was recorded there.", model.info().name(), hook.point());
            }
            NDArray update = hook.update();
            if (!writers.containsKey(hook.point())) {
                StoreManifest manifest = manifest(model, hook, (int) update.getShape().get(3));
                StoreWriter.begin(store(run, hook.point()), manifest);
                writers.put(hook.point(), StoreWriter.create(store(run, hook.point()), manifest, shard));
            }
            writers.get(hook.point()).append(update);
        }
        NDArray images = recorded.drawn().images().orElseThrow(() -> RefractException.failure("%s returned no pictures.", model.info().name()));
        long[] shape = images.getShape().getShape();
        int factor = (int) Math.max(1, (Math.max(shape[2], shape[3]) + THUMBNAIL - 1) / THUMBNAIL);
        NDArray small = KERNELS.call(recorded.scope(), "thumbnails", images, factor);
        if (pictures.isEmpty()) {
            pictures.add(SafeTensorsWriter.create(pictures(shard).tensors(), Map.of(), List.of(SafeTensorsWriter.Declaration.of(Recordings.IMAGE,
                    TorchType.UINT8, plan.ofShard(shard).size(), small.getShape().get(1), small.getShape().get(2), 3))));
        }
        pictures.getFirst().append(Recordings.IMAGE, small);
        monitor.preview(Pictures.of(images.get("0:1")).getFirst());
    }

    private StoreManifest manifest(ImageModel model, RecordingHook hook, int width) throws RefractException {
        Positions positions = hook.positions();
        Map<String, String> facts = Map.of(StoreManifest.REQUEST, RequestFile.line(plan.request().withoutExamples()),
                "model_dtype", model.placement().dtype().name());
        return new StoreManifest(hook.point(), model.info().name(), model.info().fingerprint(), plan.type(), hook.passes(), positions.rows(),
                positions.columns(), width, plan.recordings().size(), plan.perShard(), facts);
    }
}

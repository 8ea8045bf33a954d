package org.refract.engine.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Layout;
import org.refract.engine.file.Sha256;
import org.refract.engine.job.CheckpointsOnly;
import org.refract.engine.store.RecordingHook;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Runs a model over prompts without end, in chunks of pictures: picture i has prompt i modulo their number and a seed of its own, so a chunk
 * can be made again. The last chunk is kept, so that several sources of one model share its run.
 */
public final class ModelRecorder implements AutoCloseable {

    private final ImageModel model;
    private final ImageRequest request;
    private final List<String> prompts;
    private final long firstSeed;
    private final int batch;
    private final int chunk;
    private final List<HookPoint> points;
    private final Scope scope;
    private Scope kept;
    private long number = -1;
    private Map<HookPoint, NDArray> vectors = Map.of();

    /**
     * @param request   size, steps and guidance of every picture; its prompts and seeds are replaced
     * @param firstSeed of the first picture; the others count up from it
     * @param batch     pictures that are drawn together
     * @param chunk     pictures of a chunk
     * @param points    what is recorded
     * @throws RefractException if the model lacks a point, or there is nothing to draw
     */
    public ModelRecorder(ImageModel model, ImageRequest request, List<String> prompts, long firstSeed, int batch, int chunk, List<HookPoint> points)
            throws RefractException {
        if (prompts.isEmpty() || points.isEmpty() || batch < 1 || chunk < 2) {
            throw RefractException.usage("Streaming from a model needs a prompt, a hook point, a picture per run and two pictures to mix; it was given %d,"
                    + " %d, %d and %d.", prompts.size(), points.size(), batch, chunk);
        }
        for (HookPoint point : points) {
            if (model.require(point).layout() == Layout.ATTENTION) {
                throw RefractException.usage("%s is a matrix of positions and tokens, which has no channels to learn from.", point);
            }
        }
        this.model = model;
        this.request = request.withDecode(false);
        this.prompts = List.copyOf(prompts);
        this.firstSeed = firstSeed;
        this.batch = batch;
        this.chunk = chunk;
        this.points = points.stream().distinct().toList();
        this.scope = Scope.open(model.placement());
        this.kept = scope.child();
    }

    /** The model that runs. */
    ImageModel model() {
        return model;
    }

    /** What two recorders that give the same chunks have in common. */
    Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("model_fingerprint", model.info().fingerprint());
        identity.put("prompts", Sha256.of(String.join("\n", prompts).getBytes(StandardCharsets.UTF_8)));
        identity.put("first_seed", Long.toString(firstSeed));
        identity.put("steps", Integer.toString(request.steps()));
        identity.put("guidance", Double.toString(request.guidance()));
        identity.put("size", request.height() + "x" + request.width());
        identity.put("drawn_together", Integer.toString(batch));
        identity.put("mix", Integer.toString(chunk));
        return identity;
    }

    /**
     * The vectors of a chunk's pictures at a hook point, picture by picture; they stay until another chunk is asked for.
     *
     * @return {@code (vectors, width)} float32 on the model's device
     * @throws RefractException if they are not finite
     */
    NDArray chunk(long index, HookPoint point, Monitor monitor) throws RefractException {
        if (index != number) {
            record(index, monitor);
        }
        return vectors.get(point);
    }

    private void record(long index, Monitor monitor) throws RefractException {
        number = -1;
        kept.close();
        kept = scope.child();
        Map<HookPoint, NDList> parts = new LinkedHashMap<>();
        points.forEach(point -> parts.put(point, new NDList()));
        for (int start = 0; start < chunk; start += batch) {
            monitor.checkpoint();
            int count = Math.min(batch, chunk - start);
            try (Scope step = scope.child()) {
                List<RecordingHook> hooks = points.stream().map(point -> new RecordingHook(point, step.manager())).toList();
                model.generate(request(index * chunk + start, count), hooks, new CheckpointsOnly(monitor), step.manager()).close();
                for (RecordingHook hook : hooks) {
                    if (hook.passes() == 0) {
                        throw RefractException.failure("%s never passed %s, so nothing can be learnt there.", model.info().name(), hook.point());
                    }
                    NDArray update = hook.update();
                    NDArray rows = StoreStream.KERNELS.call(kept, "rows", update);
                    if (!Tensors.areFinite(rows)) {
                        throw RefractException.usage("%s gives numbers at %s that are not finite, so nothing can be learnt there: run the model in fp32 or"
                                + " bf16 instead of fp16, and check its weights with refract inspect.", model.info().name(), hook.point());
                    }
                    parts.get(hook.point()).add(rows);
                }
            }
        }
        Map<HookPoint, NDArray> joined = new LinkedHashMap<>();
        for (var part : parts.entrySet()) {
            joined.put(part.getKey(), StoreStream.KERNELS.call(kept, "above", part.getValue()));
            part.getValue().close();
        }
        vectors = joined;
        number = index;
    }

    private ImageRequest request(long first, int count) {
        List<String> texts = new java.util.ArrayList<>();
        List<Long> seeds = new java.util.ArrayList<>();
        for (long i = first; i < first + count; i++) {
            texts.add(prompts.get((int) (i % prompts.size())));
            seeds.add(firstSeed + i);
        }
        return request.withPrompts(texts, seeds);
    }

    @Override
    public void close() {
        scope.close();
    }
}

package org.refract.engine.source;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.sae.Provenance;
import org.refract.engine.store.StreamPosition;

/**
 * Activations straight from a model, without a store. A mixing buffer holds half of the vectors of one chunk of pictures and half of those of
 * the chunk before, in random order; when it has been read it is made of the next two halves. So memory is bounded by a few chunks,
 * every vector comes once, neighbours are apart, and going on at a saved place means drawing two chunks again.
 *
 * @param recorder runs the model; the caller closes it
 * @param inputs   hook points whose vectors at one position stand one after another
 * @param target   the hook point that is to be predicted, if it is not the input
 */
public record ModelSource(ModelRecorder recorder, List<HookPoint> inputs, Optional<HookPoint> target) implements BatchSource {

    /** Copies the list. */
    public ModelSource {
        inputs = List.copyOf(inputs);
    }

    @Override
    public int width() {
        return inputs.stream().mapToInt(this::width).sum();
    }

    @Override
    public int targetWidth() {
        return target.map(this::width).orElse(width());
    }

    private int width(HookPoint point) {
        return recorder.model().hookPoint(point.path()).orElseThrow().width();
    }

    @Override
    public Optional<Provenance> provenance() {
        Map<String, String> facts = new TreeMap<>();
        recorder.identity().forEach((name, value) -> facts.put("stream_" + name, value));
        if (inputs.size() > 1) {
            facts.put("points", inputs.stream().map(HookPoint::toString).collect(Collectors.joining(" ")));
        }
        target.ifPresent(t -> facts.put("target_point", t.toString()));
        return Optional.of(new Provenance(recorder.model().info().name(), recorder.model().info().fingerprint(), inputs.getFirst(), facts));
    }

    @Override
    public Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>(recorder.identity());
        identity.put("point", inputs.stream().map(HookPoint::toString).collect(Collectors.joining(" ")));
        target.ifPresent(t -> identity.put("point_target", t.toString()));
        return identity;
    }

    @Override
    public void check() throws RefractException {
        if (inputs.stream().mapToInt(this::width).distinct().count() > 1) {
            throw RefractException.usage("The hook points of a crosscoder have one width, but these have %s.",
                    inputs.stream().map(p -> p + " " + width(p)).collect(Collectors.joining(", ")));
        }
    }

    /** As many as the first filling of the mixing buffer holds, at most. */
    @Override
    public Batch sample(long seed, int count, Placement placement, NDManager owner, Monitor monitor) throws RefractException {
        try (ModelStream stream = new ModelStream(this, new StreamOptions(seed, 1, placement, 1), StreamPosition.START, monitor)) {
            return stream.next(owner, (int) Math.min(count, stream.filled()));
        }
    }

    @Override
    public BatchStream open(StreamOptions options, StreamPosition start, Monitor monitor) throws RefractException {
        check();
        return new ModelStream(this, options, start, monitor);
    }
}

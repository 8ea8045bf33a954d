package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Pass;
import org.refract.api.model.Site;
import org.refract.api.model.Stage;
import org.refract.api.sae.Sae;
import org.refract.engine.tensor.Positions;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * What pictures lose when a hook point's value is replaced by its reconstruction, against what they lose when it is replaced by zeros. Four
 * distances to the model's own pictures, each a mean over pictures:
 *
 * <ul>
 *   <li>{@code pixel_l1}, {@code pixel_l2}: mean absolute and root mean square difference of colours in [0, 1];
 *   <li>{@code latent_l2}: root mean square difference of the final latents;
 *   <li>{@code feature}: 1 − mean cosine of the model's own features of both pictures, read in the middle of the denoiser while it looks at the
 *       finished latents at its lowest noise, with an empty prompt. No other network is needed.
 * </ul>
 *
 * <p>{@code recovered} of a distance is 1 − d(reconstruction) / d(zeros), as the loss recovered of a language model.
 *
 * @param prompts what is drawn, with seeds from 0
 * @param batch pictures drawn together
 */
public record PictureRecovery(List<String> prompts, int batch) {

    private static final List<String> DISTANCES = List.of("pixel_l1", "pixel_l2", "latent_l2", "feature");

    /** With so many steps the last one is at almost no noise. */
    private static final int FINE_STEPS = 50;

    /**
     * Draws every prompt three times. Call on the model's device thread.
     *
     * @return {@code DISTANCE.reconstruction}, {@code DISTANCE.zero} and {@code DISTANCE.recovered} for each distance
     * @throws RefractException if the model has no such hook point, or of another width than the dictionary
     */
    public Map<String, Double> of(ImageModel model, HookPoint point, Sae sae, Monitor monitor) throws RefractException {
        HookPointInfo info = model.require(point);
        if (info.width() != sae.config().width() && point.site() != Site.INPUT) {
            throw RefractException.usage("The dictionary has width %d, but %s has %d.", sae.config().width(), point, info.width());
        }
        HookPoint middle = middle(model, point);
        monitor.stage("Drawing with reconstructions", 3L * prompts.size());
        Map<String, Double> sums = new LinkedHashMap<>();
        for (int first = 0; first < prompts.size(); first += batch) {
            int last = Math.min(prompts.size(), first + batch);
            ImageRequest request = model.defaults().withPrompts(prompts.subList(first, last), LongStream.range(first, last).boxed().toList());
            try (Scope scope = Scope.open(model.placement())) {
                Drawn own = drawn(model, request, List.of(), middle, scope);
                monitor.advance(last - first);
                for (var change : Map.of("reconstruction", (Hook) new ReconstructionHook(point, sae), "zero", ReconstructionHook.zero(point)).entrySet()) {
                    monitor.checkpoint();
                    try (Scope one = scope.child()) {
                        Drawn changed = drawn(model, request, List.of(change.getValue()), middle, one);
                        own.distances(changed, one.manager()).forEach((name, value) -> sums.merge(name + "." + change.getKey(), value, Double::sum));
                    }
                    monitor.advance(last - first);
                }
            }
        }
        Map<String, Double> found = new LinkedHashMap<>();
        for (String name : DISTANCES) {
            double reconstruction = sums.get(name + ".reconstruction") / prompts.size();
            double zero = sums.get(name + ".zero") / prompts.size();
            found.put(name + ".reconstruction", reconstruction);
            found.put(name + ".zero", zero);
            found.put(name + ".recovered", 1 - reconstruction / zero);
        }
        return found;
    }

    /** What came out of a run, and the model's features of it (examples, positions, channels). */
    private record Drawn(NDArray images, NDArray latents, NDArray features) {

        Map<String, Double> distances(Drawn other, NDManager step) {
            NDList pixels = ReconstructionHook.KERNELS.callList(step, "distances", images, other.images);
            NDList ends = ReconstructionHook.KERNELS.callList(step, "distances", latents, other.latents);
            NDArray angles = ReconstructionHook.KERNELS.call(step, "angles", features, other.features);
            return Map.of("pixel_l1", sum(pixels.get(0)), "pixel_l2", sum(pixels.get(1)), "latent_l2", sum(ends.get(1)), "feature", sum(angles));
        }

        private static double sum(NDArray perExample) {
            double sum = 0;
            for (double value : Tensors.doubles(perExample)) {
                sum += value;
            }
            return sum;
        }
    }

    private static Drawn drawn(ImageModel model, ImageRequest request, List<Hook> hooks, HookPoint middle, Scope scope) throws RefractException {
        ImageBatch batch = model.generate(request, hooks, Monitor.silent(), scope.manager());
        List<String> nothing = request.prompts().stream().map(p -> "").toList();
        ImageRequest look = request.withPrompts(nothing, request.seeds()).withSteps(FINE_STEPS).withGuidance(1).withDecode(false)
                .withStage(Stage.from(1 - 1.0 / FINE_STEPS, batch.latents()));
        Reading reading = new Reading(middle, scope);
        model.generate(look, List.of(reading), Monitor.silent(), scope.manager()).close();
        NDArray features = ReconstructionHook.KERNELS.call(scope, "per_example", reading.rows.getLast(), request.prompts().size());
        return new Drawn(ReconstructionHook.KERNELS.call(scope, "clamped", batch.images().orElseThrow()), batch.latents(), features);
    }

    /** Keeps what passes; changes nothing. */
    private record Reading(HookPoint point, Scope scope, List<NDArray> rows) implements Hook {

        Reading(HookPoint point, Scope scope) {
            this(point, scope, new ArrayList<>());
        }

        @Override
        public NDArray apply(Pass pass, NDArray value) {
            rows.add(Positions.rows(scope.manager(), value));
            return value;
        }
    }

    /** The module half-way through the part of the model that holds the hook point; of a U-Net, its mid-block. */
    private static HookPoint middle(ImageModel model, HookPoint point) {
        String part = point.path().split("\\.", 2)[0] + ".";
        List<String> paths = model.hookPoints().stream().map(HookPointInfo::path).filter(p -> p.startsWith(part)).toList();
        String path = paths.stream().filter(p -> p.contains("mid_block")).findFirst().orElse(paths.isEmpty() ? point.path() : paths.get(paths.size() / 2));
        return new HookPoint(path, Site.OUTPUT);
    }
}

package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchStream;
import org.refract.engine.source.StoreSource;
import org.refract.engine.source.StreamOptions;
import org.refract.engine.store.ActivationReader;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Measures autoencoders on the vectors of a store, all of them on the same ones, in bounded memory: one pass over the data for their mean, one
 * for the measures. A transcoder is measured on what it should write, a crosscoder on its stores together. The vectors come in the shuffled
 * order of a seed, so the first million is a fair part of a large store.
 *
 * @param samples how many vectors; at most as many as the store has
 * @param batch vectors at a time
 * @param seed of their order
 */
public record SaeEvaluation(long samples, int batch, long seed) {

    /**
     * What was found for one autoencoder.
     *
     * @param metrics every {@link Metric} by its id; {@code frac_alive}, and {@code dead_1e4}, {@code dead_1e6}, {@code dead_1e7} (share of latents
     *     that were not active in so many last samples) as far as there were enough samples; of a crosscoder also those of {@link PointMetrics} and
     *     {@link DecoderShares}
     * @param densities share of the samples in which each latent is active
     * @param histogram how many latents have a density of at least the key and below the next one
     * @param shares of a crosscoder, which hook points its latents belong to
     */
    public record Scores(Map<String, Double> metrics, double[] densities, Map<Double, Integer> histogram, Optional<DecoderShares> shares) {
    }

    /**
     * Measures. Call on the placement's device thread.
     *
     * @param monitor one unit of progress per batch
     * @throws RefractException if a width does not fit, the store is damaged, or its numbers are not finite
     */
    public List<Scores> of(List<Sae> saes, StoreSource data, Placement placement, Monitor monitor) throws RefractException {
        data.check();
        for (Sae sae : saes) {
            if (sae.config().width() != data.width() || sae.config().outputWidth() != data.targetWidth()) {
                throw RefractException.usage("A dictionary that turns vectors of width %d into ones of width %d cannot be measured on %s: its data have widths"
                        + " %d and %d.", sae.config().width(), sae.config().outputWidth(), folder(data), data.width(), data.targetWidth());
            }
        }
        for (Sae sae : saes) {
            int points = sae.config().points();
            if (points != data.inputs().size()) {
                throw RefractException.usage("A dictionary of %d hook points is measured on as many stores, in its order, not on %d.", points,
                        data.inputs().size());
            }
        }
        long wanted = Math.min(samples, data.inputs().getFirst().vectors());
        int step = (int) Math.min(batch, wanted);
        if (step < 1) {
            throw RefractException.usage("A dictionary is measured on at least one vector, in batches of at least one.");
        }
        String what = saes.size() == 1 ? "a dictionary" : saes.size() + " dictionaries";
        monitor.stage("Measuring %s on %d vectors".formatted(what, wanted), 2 * ((wanted + step - 1) / step));
        try (Scope scope = Scope.open(placement)) {
            NDArray mean = mean(data, placement, wanted, step, scope, monitor);
            List<LatentActivity> activities = new ArrayList<>();
            List<ReconstructionMetrics> metrics = new ArrayList<>();
            List<String> points = data.target().isPresent() ? List.of() : PointMetrics.names(data.inputs());
            List<PointMetrics> parts = new ArrayList<>();
            for (Sae sae : saes) {
                activities.add(new LatentActivity(scope, sae.config().latents()));
                metrics.add(new ReconstructionMetrics(mean, activities.getLast()));
                parts.add(new PointMetrics(points, mean, scope));
            }
            eachBatch(data, placement, wanted, step, scope, monitor, one -> {
                for (int i = 0; i < saes.size(); i++) {
                    try (SparseCodes codes = saes.get(i).encode(one.input()); NDArray y = saes.get(i).reconstruct(one.input(), codes)) {
                        metrics.get(i).add(one.target(), codes, y);
                        parts.get(i).add(one.target(), y);
                    }
                }
            });
            List<Scores> scores = new ArrayList<>();
            for (int i = 0; i < saes.size(); i++) {
                Optional<DecoderShares> shares = points.isEmpty() ? Optional.empty() : Optional.of(DecoderShares.of(saes.get(i), points));
                scores.add(scores(metrics.get(i), activities.get(i), parts.get(i), shares));
            }
            return scores;
        }
    }

    private static Scores scores(ReconstructionMetrics metrics, LatentActivity activity, PointMetrics parts, Optional<DecoderShares> shares) {
        Map<String, Double> values = new LinkedHashMap<>();
        metrics.values().forEach((metric, value) -> values.put(metric.id(), value));
        values.put("frac_alive", activity.alive());
        for (long after : LatentActivity.DEAD_AFTER) {
            OptionalDouble dead = activity.dead(after);
            if (dead.isPresent()) {
                values.put("dead_1e" + Math.round(Math.log10(after)), dead.getAsDouble());
            }
        }
        values.putAll(parts.values());
        shares.ifPresent(s -> values.putAll(s.values()));
        return new Scores(values, activity.densities(), activity.histogram(), shares);
    }

    private NDArray mean(StoreSource data, Placement placement, long wanted, int step, Scope scope, Monitor monitor) throws RefractException {
        NDArray[] sum = {ReconstructionMetrics.KERNELS.call(scope, "over", Tensors.of(scope.manager(), new double[data.targetWidth()]), 1)};
        eachBatch(data, placement, wanted, step, scope, monitor, one -> {
            NDArray target = one.target();
            NDArray next = ReconstructionMetrics.KERNELS.call(scope, "plus", sum[0], ReconstructionMetrics.KERNELS.call(target.getManager(), "sums", target));
            sum[0].close();
            sum[0] = next;
        });
        NDArray mean = ReconstructionMetrics.KERNELS.call(scope, "over", sum[0], wanted);
        for (double value : Tensors.doubles(mean)) {
            if (!Double.isFinite(value)) {
                throw RefractException.usage("%s holds NaN or infinite numbers: record it again, in fp32 or bf16.", folder(data));
            }
        }
        return mean;
    }

    private interface Use {
        void of(Batch batch) throws RefractException;
    }

    private void eachBatch(StoreSource data, Placement placement, long wanted, int step, Scope scope, Monitor monitor, Use use)
            throws RefractException {
        StreamOptions options = new StreamOptions(seed, step, placement, ActivationReader.BLOCK_BYTES);
        try (BatchStream stream = data.open(options, StreamPosition.START, monitor)) {
            for (long done = 0; done < wanted; done += step) {
                monitor.checkpoint();
                try (Scope one = scope.child()) {
                    Batch batch = stream.next(one.manager());
                    long left = Math.min(step, wanted - done);
                    use.of(left == step ? batch : new Batch(first(one, batch.input(), left), first(one, batch.target(), left)));
                }
                monitor.advance(1);
            }
        }
    }

    private static NDArray first(Scope out, NDArray x, long samples) {
        return ReconstructionMetrics.KERNELS.call(out, "first", x, samples);
    }

    private static Path folder(StoreSource data) {
        return data.target().orElse(data.inputs().getFirst()).folder();
    }
}

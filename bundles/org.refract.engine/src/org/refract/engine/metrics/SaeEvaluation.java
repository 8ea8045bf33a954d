package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.store.ActivationReader;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * Measures autoencoders on the vectors of a store, all of them on the same ones, in bounded memory: one pass over the data for their mean, one
 * for the measures. The vectors come in the shuffled order of a seed, so the first million is a fair part of a large store.
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
     *     that were not active in so many last samples) as far as there were enough samples
     * @param densities share of the samples in which each latent is active
     * @param histogram how many latents have a density of at least the key and below the next one
     */
    public record Scores(Map<String, Double> metrics, double[] densities, Map<Double, Integer> histogram) {
    }

    /**
     * Measures. Call on the placement's device thread.
     *
     * @param monitor one unit of progress per batch
     * @throws RefractException if a width does not fit, the store is damaged, or its numbers are not finite
     */
    public List<Scores> of(List<Sae> saes, ActivationStore store, Placement placement, Monitor monitor) throws RefractException {
        for (Sae sae : saes) {
            if (sae.config().width() != store.width() || sae.config().outputWidth() != store.width()) {
                throw RefractException.usage("A dictionary that turns vectors of width %d into ones of width %d cannot be measured on %s, whose vectors have"
                        + " width %d.", sae.config().width(), sae.config().outputWidth(), store.folder(), store.width());
            }
        }
        long wanted = Math.min(samples, store.vectors());
        int step = (int) Math.min(batch, wanted);
        if (step < 1) {
            throw RefractException.usage("A dictionary is measured on at least one vector, in batches of at least one.");
        }
        monitor.stage("Measuring %d dictionaries on %d vectors".formatted(saes.size(), wanted), 2 * ((wanted + step - 1) / step));
        try (Scope scope = Scope.open(placement)) {
            NDArray mean = mean(store, placement, wanted, step, scope, monitor);
            List<LatentActivity> activities = new ArrayList<>();
            List<ReconstructionMetrics> metrics = new ArrayList<>();
            for (Sae sae : saes) {
                activities.add(new LatentActivity(scope, sae.config().latents()));
                metrics.add(new ReconstructionMetrics(mean, activities.getLast()));
            }
            eachBatch(store, placement, wanted, step, scope, monitor, x -> {
                for (int i = 0; i < saes.size(); i++) {
                    try (SparseCodes codes = saes.get(i).encode(x); NDArray y = saes.get(i).reconstruct(x)) {
                        metrics.get(i).add(x, codes, y);
                    }
                }
            });
            List<Scores> scores = new ArrayList<>();
            for (int i = 0; i < saes.size(); i++) {
                scores.add(scores(metrics.get(i), activities.get(i)));
            }
            return scores;
        }
    }

    private static Scores scores(ReconstructionMetrics metrics, LatentActivity activity) {
        Map<String, Double> values = new LinkedHashMap<>();
        metrics.values().forEach((metric, value) -> values.put(metric.id(), value));
        values.put("frac_alive", activity.alive());
        for (long after : LatentActivity.DEAD_AFTER) {
            OptionalDouble dead = activity.dead(after);
            if (dead.isPresent()) {
                values.put("dead_1e" + Math.round(Math.log10(after)), dead.getAsDouble());
            }
        }
        return new Scores(values, activity.densities(), activity.histogram());
    }

    private NDArray mean(ActivationStore store, Placement placement, long wanted, int step, Scope scope, Monitor monitor) throws RefractException {
        NDArray[] sum = {ReconstructionMetrics.KERNELS.call(scope, "over", Tensors.of(scope.manager(), new double[store.width()]), 1)};
        eachBatch(store, placement, wanted, step, scope, monitor, x -> {
            NDArray next = ReconstructionMetrics.KERNELS.call(scope, "plus", sum[0], ReconstructionMetrics.KERNELS.call(x.getManager(), "sums", x));
            sum[0].close();
            sum[0] = next;
        });
        NDArray mean = ReconstructionMetrics.KERNELS.call(scope, "over", sum[0], wanted);
        for (double value : Tensors.doubles(mean)) {
            if (!Double.isFinite(value)) {
                throw RefractException.failure("%s holds NaN or infinite numbers: record it again, in fp32 or bf16.", store.folder());
            }
        }
        return mean;
    }

    private interface Use {
        void of(NDArray x) throws RefractException;
    }

    private void eachBatch(ActivationStore store, Placement placement, long wanted, int step, Scope scope, Monitor monitor, Use use)
            throws RefractException {
        try (ActivationReader reader = ActivationReader.open(store, seed, step, placement, StreamPosition.START, ActivationReader.BLOCK_BYTES)) {
            for (long done = 0; done < wanted; done += step) {
                monitor.checkpoint();
                try (Scope one = scope.child()) {
                    NDArray x = reader.next(one.manager());
                    long left = Math.min(step, wanted - done);
                    use.of(left == step ? x : ReconstructionMetrics.KERNELS.call(one, "first", x, left));
                }
                monitor.advance(1);
            }
        }
    }
}

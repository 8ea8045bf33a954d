package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.tensor.Scope;

/**
 * What a crosscoder reconstructs of each of its hook points, by every {@link Metric} that says nothing of latents, which all points share. A
 * measure of a point is called by the metric's name and the point, {@code mse[unet.mid_block.attentions.0:update]}.
 */
final class PointMetrics {

    private final List<String> points;
    private final List<ReconstructionMetrics> metrics = new ArrayList<>();

    /**
     * @param points their names, in the order in which they lie in a sample; none if the autoencoder is of one point
     * @param mean (points · width) float64, of all samples
     * @param scope where the parts of the mean lie
     */
    PointMetrics(List<String> points, NDArray mean, Scope scope) {
        this.points = points;
        for (int p = 0; p < points.size(); p++) {
            metrics.add(new ReconstructionMetrics(ReconstructionMetrics.KERNELS.call(scope, "part", mean, points.size(), p)));
        }
    }

    /** What the points of several stores are called: by their paths; of several models, by the stores' folders or else numbers. None for one store. */
    static List<String> names(List<ActivationStore> stores) {
        if (stores.size() < 2) {
            return List.of();
        }
        List<String> paths = stores.stream().map(store -> store.manifest().point().toString()).toList();
        List<String> folders = stores.stream().map(ActivationStore::folder).map(Path::getFileName).map(String::valueOf).toList();
        return differ(paths) ? paths : differ(folders) ? folders : IntStream.rangeClosed(1, stores.size()).mapToObj(Integer::toString).toList();
    }

    private static boolean differ(List<String> names) {
        return new HashSet<>(names).size() == names.size();
    }

    /**
     * @param x (samples, points · width) float32
     * @param y its reconstruction
     */
    void add(NDArray x, NDArray y) {
        for (int p = 0; p < points.size(); p++) {
            try (NDManager step = x.getManager().newSubManager()) {
                metrics.get(p).add(ReconstructionMetrics.KERNELS.call(step, "part", x, points.size(), p),
                        ReconstructionMetrics.KERNELS.call(step, "part", y, points.size(), p));
            }
        }
    }

    Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int p = 0; p < points.size(); p++) {
            String point = points.get(p);
            metrics.get(p).values().forEach((metric, value) -> values.put(metric.id() + "[" + point + "]", value));
        }
        return values;
    }
}

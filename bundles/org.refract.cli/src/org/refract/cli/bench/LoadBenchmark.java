package org.refract.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Model;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** How long a model takes to open; libtorch's own start is not counted. */
final class LoadBenchmark {

    private LoadBenchmark() {
    }

    /** Opens a model. */
    @FunctionalInterface
    interface Opening {
        Model open() throws RefractException;
    }

    /**
     * Seconds {@code load}, the first time in this process, {@code again}, the median of so many times more, and {@code peak_mib}, the
     * process's.
     */
    static Map<String, Double> run(Placement placement, int again, Opening opening) throws RefractException {
        try (Scope scope = Scope.open(placement)) {
            Tensors.zeros(scope.manager(), 1);
        }
        Map<String, Double> result = new LinkedHashMap<>();
        result.put("load", seconds(opening));
        if (again > 0) {
            Stopwatch stopwatch = new Stopwatch(0);
            for (int i = 0; i < again; i++) {
                stopwatch.add(seconds(opening));
            }
            result.put("again", stopwatch.median());
        }
        result.put("peak_mib", PeakMemory.mebibytes());
        return result;
    }

    private static double seconds(Opening opening) throws RefractException {
        long start = System.nanoTime();
        try (Model model = opening.open()) {
            return (System.nanoTime() - start) / 1e9;
        }
    }
}

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

    /** {@code load} in seconds and {@code peak_mib}, the process's. */
    static Map<String, Double> run(Placement placement, Opening opening) throws RefractException {
        try (Scope scope = Scope.open(placement)) {
            Tensors.zeros(scope.manager(), 1);
        }
        long start = System.nanoTime();
        try (Model model = opening.open()) {
            Map<String, Double> result = new LinkedHashMap<>();
            result.put("load", (System.nanoTime() - start) / 1e9);
            result.put("peak_mib", PeakMemory.mebibytes());
            return result;
        }
    }
}

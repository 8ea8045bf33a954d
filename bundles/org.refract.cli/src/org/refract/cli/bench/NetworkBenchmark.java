package org.refract.cli.bench;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Pass;
import org.refract.api.model.Site;
import org.refract.engine.tensor.Scope;

/**
 * One forward pass of a network inside an image model, timed from its input to its output, without and with hooks that read
 * every default hook point and change nothing.
 *
 * @param network path of the network among the model's hook points ({@code unet})
 * @param size    side of the picture in pixels, 0 for the model's own
 * @param batch   pictures at once
 * @param rounds  how often both are timed, in turn, now the one first and now the other
 */
record NetworkBenchmark(String network, int size, int batch, int rounds) {

    /** Seconds {@code forward} and {@code hooked} (medians), their {@code ratio}, and {@code peak_mib}. */
    Map<String, Double> run(ImageModel model, Monitor monitor) throws RefractException {
        ImageRequest defaults = model.defaults();
        ImageRequest request = defaults.withSteps(1).withGuidance(0).withDecode(false)
                .withSize(size > 0 ? size : defaults.height(), size > 0 ? size : defaults.width())
                .withPrompts(Collections.nCopies(batch, ""), Collections.nCopies(batch, 0L));
        List<Hook> readers = new ArrayList<>();
        for (HookPoint point : model.defaultHookPoints()) {
            readers.add(new Watch(point, () -> { }));
        }
        Stopwatch plain = new Stopwatch();
        Stopwatch hooked = new Stopwatch();
        monitor.stage("Timing " + network, rounds);
        for (int round = 0; round <= rounds; round++) {
            if (round % 2 == 0) {
                time(model, request, List.of(), plain);
            }
            time(model, request, readers, hooked);
            if (round % 2 == 1) {
                time(model, request, List.of(), plain);
            }
            monitor.checkpoint();
            monitor.advance(round == 0 ? 0 : 1);
        }
        Map<String, Double> result = new LinkedHashMap<>();
        result.put("forward", plain.median());
        result.put("hooked", hooked.median());
        result.put("ratio", hooked.median() / plain.median());
        result.put("peak_mib", PeakMemory.mebibytes());
        return result;
    }

    private void time(ImageModel model, ImageRequest request, List<Hook> hooks, Stopwatch stopwatch) throws RefractException {
        long[] start = new long[1];
        List<Hook> all = new ArrayList<>();
        all.add(new Watch(new HookPoint(network, Site.INPUT), () -> start[0] = System.nanoTime()));
        all.addAll(hooks);
        all.add(new Watch(new HookPoint(network, Site.OUTPUT), () -> stopwatch.add((System.nanoTime() - start[0]) / 1e9)));
        try (Scope scope = Scope.open(model.placement())) {
            model.generate(request, all, Monitor.silent(), scope.manager()).close();
        }
    }

    /** A hook that changes nothing; on a GPU it waits for the value. */
    private record Watch(HookPoint point, Runnable when) implements Hook {
        @Override
        public NDArray apply(Pass pass, NDArray value) {
            if (value.getDevice().isGpu()) {
                try (NDArray corner = value.get("0:1")) {
                    corner.toByteBuffer();
                }
            }
            when.run();
            return value;
        }
    }
}

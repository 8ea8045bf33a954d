package org.refract.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * From prompts to pictures: text encoders, every step of the U-Net, VAE. Prompts are new each time, so that none is looked up.
 *
 * @param steps    denoising steps, 0 for the model's own
 * @param guidance negative for the model's own
 * @param size     side of the picture in pixels, 0 for the model's own
 * @param batch    pictures at once
 * @param rounds   how often it is timed
 */
record PictureBenchmark(int steps, double guidance, int size, int batch, int rounds) {

    /** Seconds {@code picture} (median, for the whole batch) and {@code peak_mib}. */
    Map<String, Double> run(ImageModel model, Monitor monitor) throws RefractException {
        ImageRequest defaults = model.defaults();
        ImageRequest request = defaults.withSteps(steps > 0 ? steps : defaults.steps()).withGuidance(guidance >= 0 ? guidance : defaults.guidance())
                .withSize(size > 0 ? size : defaults.height(), size > 0 ? size : defaults.width());
        Stopwatch stopwatch = new Stopwatch();
        monitor.stage("Timing pictures", rounds);
        for (int round = 0; round <= rounds; round++) {
            draw(model, request, round, stopwatch);
            monitor.checkpoint();
            monitor.advance(round == 0 ? 0 : 1);
        }
        Map<String, Double> result = new LinkedHashMap<>();
        result.put("picture", stopwatch.median());
        result.put("peak_mib", PeakMemory.mebibytes());
        return result;
    }

    private void draw(ImageModel model, ImageRequest request, int round, Stopwatch stopwatch) throws RefractException {
        List<String> prompts = IntStream.range(0, batch).mapToObj(i -> "a red heart, number %d of round %d".formatted(i, round)).toList();
        List<Long> seeds = LongStream.range(0, batch).boxed().toList();
        long start = System.nanoTime();
        try (Scope scope = Scope.open(model.placement())) {
            Tensors.floats(model.generate(request.withPrompts(prompts, seeds), List.of(), Monitor.silent(), scope.manager()).images().orElseThrow());
        }
        stopwatch.add((System.nanoTime() - start) / 1e9);
    }
}

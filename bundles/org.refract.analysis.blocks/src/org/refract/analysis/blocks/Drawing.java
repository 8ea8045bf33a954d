package org.refract.analysis.blocks;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Scope;

/** Draws the same pictures again and again under different changes: prompt i always with seed i. */
final class Drawing {
    /** Pixels that are drawn together. */
    private static final int PIXELS = 512 * 512;

    private final ImageModel model;
    private final ImageRequest request;
    private final List<String> prompts;
    private final Monitor monitor;

    Drawing(ImageModel model, List<String> prompts, Monitor monitor) {
        this.model = model;
        ImageRequest defaults = model.defaults();
        this.request = defaults.guidance() > 1 ? defaults : defaults.withSteps(1);
        this.prompts = prompts;
        this.monitor = monitor;
    }

    int size() {
        return prompts.size();
    }

    /** How many of these drawings are made side by side. */
    int lanes() {
        int together = Math.min(prompts.size(), batch());
        return model.lanes(request.withPrompts(prompts.subList(0, together), Collections.nCopies(together, 0L)));
    }

    private int batch() {
        return Math.max(1, PIXELS / (request.height() * request.width()));
    }

    /** Makes the hooks for the prompts {@code first} to {@code last}, exclusive. */
    interface Hooks {
        List<? extends Hook> of(int first, int last);
    }

    /** One picture per prompt. */
    List<BufferedImage> draw(long firstSeed, Hooks hooks) throws RefractException {
        int step = batch();
        List<BufferedImage> pictures = new ArrayList<>();
        for (int first = 0; first < prompts.size(); first += step) {
            monitor.checkpoint();
            int last = Math.min(prompts.size(), first + step);
            ImageRequest batch = request.withPrompts(prompts.subList(first, last), LongStream.range(firstSeed + first, firstSeed + last).boxed().toList());
            try (Scope scope = Scope.open(model.placement());
                    ImageBatch drawn = model.generate(batch, hooks.of(first, last), Monitor.silent(), scope.manager())) {
                pictures.addAll(drawn.images().map(Pictures::of).orElse(Collections.emptyList()));
            }
        }
        return pictures;
    }
}

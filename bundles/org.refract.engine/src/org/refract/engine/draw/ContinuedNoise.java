package org.refract.engine.draw;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.refract.api.model.NoiseSource;

/**
 * The noise of each picture in several runs one after the other: a later run goes on where the one before it stopped, as it does in diffusers
 * where both pipelines are given the same generators. The same noise twice would draw its own pattern into the picture.
 */
final class ContinuedNoise {

    private final LongFunction<NoiseSource> begin;
    private final List<NoiseSource> sources = new ArrayList<>();

    /** @param begin makes the source of a seed */
    ContinuedNoise(LongFunction<NoiseSource> begin) {
        this.begin = begin;
    }

    /** For one run, which asks for the sources of its pictures in their order. */
    LongFunction<NoiseSource> run() {
        int[] picture = {0};
        return seed -> {
            if (picture[0] == sources.size()) {
                sources.add(begin.apply(seed));
            }
            return sources.get(picture[0]++);
        };
    }
}

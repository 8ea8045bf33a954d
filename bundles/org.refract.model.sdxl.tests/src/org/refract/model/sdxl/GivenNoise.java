package org.refract.model.sdxl;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.refract.api.model.NoiseSource;

/** Stored noise first, then a source. */
final class GivenNoise implements NoiseSource {

    private final Deque<float[]> given;
    private final NoiseSource then;

    GivenNoise(List<float[]> given, NoiseSource then) {
        this.given = new ArrayDeque<>(given);
        this.then = then;
    }

    @Override
    public float[] next(int size) {
        return given.isEmpty() ? then.next(size) : given.removeFirst();
    }
}

package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * Where the standard normal noise of a picture comes from: the numbers that PyTorch's CPU generator gives for the picture's seed, each draw of the
 * latents' size, the initial latents first, then one draw for every step of a scheduler that adds noise.
 *
 * @param given  draws that are used before those of the generator, {@code (draws, batch, channels, h, w)} float32, owned by the caller
 * @param behind how many draws of each generator lie behind, as when a second model goes on where a first one stopped
 */
public record Noise(Optional<NDArray> given, int behind) {

    /** The generator's, from its first number on. */
    public static final Noise OF_SEED = new Noise(Optional.empty(), 0);

    public Noise {
        if (behind < 0) {
            throw new IllegalArgumentException(behind + " draws cannot lie behind");
        }
    }

    /** Tensors of the caller's, then the generator's. */
    public static Noise given(NDArray draws) {
        return new Noise(Optional.of(draws), 0);
    }

    /** The generator's after some draws. */
    public static Noise after(int draws) {
        return new Noise(Optional.empty(), draws);
    }
}

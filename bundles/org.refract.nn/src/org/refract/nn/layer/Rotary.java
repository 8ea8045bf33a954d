package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.refract.nn.Forward;

/**
 * Rotary position embeddings (Su et al. 2021) as a function of positions: pair i of a head's first {@code width} features is turned by
 * {@code position · theta^(-2i / width)}.
 *
 * @param width       features of a head that are turned, all of them or fewer (GPT-NeoX)
 * @param theta       the base of the frequencies
 * @param interleaved whether the two of a pair are neighbours (GPT-J), or half the width apart ({@code rotate_half} of Llama)
 * @param scaling     how the frequencies are changed for longer contexts, if they are
 */
public record Rotary(int width, double theta, boolean interleaved, Optional<Llama3Scaling> scaling) {

    /**
     * Llama 3's scaling of frequencies, {@code rope_scaling} of its configuration.
     *
     * @param factor    what long wavelengths are multiplied with
     * @param low       a wavelength longer than {@code original / low} is long
     * @param high      one shorter than {@code original / high} stays as it is
     * @param original  positions of the context that the model was first trained on
     */
    public record Llama3Scaling(double factor, double low, double high, double original) {
    }

    public Rotary {
        if (width < 2 || width % 2 != 0) {
            throw new IllegalArgumentException("pairs cannot be made of " + width + " features");
        }
    }

    /** All pairs of halves, without scaling. */
    public static Rotary of(int width, double theta) {
        return new Rotary(width, theta, false, Optional.empty());
    }

    /** The angles at positions: int64 {@code (batch, positions)} to float32 {@code (batch, positions, width / 2)}. */
    public NDArray angles(Forward run, NDArray positions) {
        return run.scoped(step -> {
            NDArray plain = step.call("rotary_frequencies", positions, width, theta);
            NDArray frequencies = scaling.isEmpty() ? plain : step.call("llama3_frequencies", plain, scaling.get().factor(), scaling.get().low(),
                    scaling.get().high(), scaling.get().original());
            return step.call("rotary_angles", positions, frequencies);
        });
    }

    /** Turns {@code x (batch, positions, heads · headWidth)}. */
    public NDArray rotate(Forward run, NDArray x, NDArray angles, int heads) {
        return run.call("rotate", x, angles, heads, interleaved);
    }
}

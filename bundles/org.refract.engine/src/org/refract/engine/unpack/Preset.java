package org.refract.engine.unpack;

import java.util.Locale;
import org.refract.api.RefractException;

/**
 * How much work the main job does. Sizes are fixed here and not by the clock, so that a run can be repeated.
 *
 * @param name          what it is called on the command line
 * @param recordings    pictures that are drawn and recorded
 * @param steps         denoising steps of each
 * @param expansion     latents of a dictionary per channel of its hook point
 * @param k             active latents per position
 * @param batch         vectors per training step
 * @param trainingSteps training steps
 * @param examples      examples kept per feature
 * @param showcase      features shown per hook point
 * @param ablationPrompts prompts on which blocks are compared
 */
public record Preset(String name, int recordings, int steps, int expansion, int k, int batch, int trainingSteps, int examples, int showcase,
        int ablationPrompts) {

    /** Some minutes on two cores for a model of the demo's size. */
    public static final Preset STANDARD = new Preset("standard", 4096, 1, 4, 10, 1024, 4000, 16, 6, 16);

    /** A first look. */
    public static final Preset QUICK = new Preset("quick", 1024, 1, 4, 10, 1024, 600, 9, 3, 6);

    /** A preset by its name. */
    public static Preset of(String name) throws RefractException {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "standard" -> STANDARD;
            case "quick" -> QUICK;
            default -> throw RefractException.usage("There is no preset '%s'; the presets are standard and quick.", name);
        };
    }
}

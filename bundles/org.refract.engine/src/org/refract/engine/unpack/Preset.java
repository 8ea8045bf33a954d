package org.refract.engine.unpack;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.refract.api.RefractException;

/**
 * How much work the main job does. Sizes are fixed here and not by the clock, so that a run can be repeated.
 *
 * @param name            what it is called on the command line
 * @param passes          passes of the model that are recorded: pictures × steps, twice that with guidance
 * @param expansion       latents of a dictionary per channel of its hook point
 * @param settings        hyperparameters of the dictionary, where its architecture has one of that name
 * @param batch           vectors per training step
 * @param trainingSteps   training steps
 * @param examples        examples kept per feature
 * @param showcase        features shown per hook point
 * @param analysisPrompts prompts that analyses may run again
 */
public record Preset(String name, int passes, int expansion, Map<String, String> settings, int batch, int trainingSteps, int examples,
        int showcase, int analysisPrompts) {

    /**
     * Some minutes on two cores for a model of the demo's size. k and expansion were chosen on the demo, where with k 5 a feature that is
     * switched off changes the picture visibly, 84 to 99 % of the live features of a block get a label, and 89 to 95 % of its variance is
     * explained (with k 10: 94 to 98 %, by weaker features). More than three latents per channel stay dead on so few recordings.
     */
    public static final Preset STANDARD = new Preset("standard", 4096, 3, Map.of("k", "5", "auxk", "64", "lr", "1e-3", "dead_tokens", "100000"),
            1024, 2000, 16, 6, 32);

    /** A first look. */
    public static final Preset QUICK = new Preset("quick", 1024, 2, Map.of("k", "5", "auxk", "64", "lr", "2e-3", "dead_tokens", "50000"), 512, 800,
            9, 3, 8);

    public Preset {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /** As much with another number of recorded passes. */
    public Preset withPasses(int others) {
        return new Preset(name, others, expansion, settings, batch, trainingSteps, examples, showcase, analysisPrompts);
    }

    /** As much with another number of training steps. */
    public Preset withTrainingSteps(int others) {
        return new Preset(name, passes, expansion, settings, batch, others, examples, showcase, analysisPrompts);
    }

    /** Its sizes in words, the same for the same sizes. */
    String sizes() {
        return "%d passes, expansion %d, %s, %d steps of %d, %d examples, %d shown, %d analysed".formatted(passes, expansion, settings, trainingSteps,
                batch, examples, showcase, analysisPrompts);
    }

    /** A preset by its name. */
    public static Preset of(String name) throws RefractException {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "standard" -> STANDARD;
            case "quick" -> QUICK;
            default -> throw RefractException.usage("There is no preset '%s'; the presets are standard and quick.", name);
        };
    }
}

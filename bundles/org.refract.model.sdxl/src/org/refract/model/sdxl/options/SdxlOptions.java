package org.refract.model.sdxl.options;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Hyperparameter;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Request;

/** The names of all that can be said to a model of the SDXL family. */
public final class SdxlOptions {

    private static final String SDXL = "SDXL, section 2.2";
    private static final String DIFFUSERS = "diffusers, StableDiffusionXLPipeline";
    private static final String PIXELS = "width x height in pixels, such as 1024x768; nothing for those of the picture";
    private static final String CORNER = "left,top in pixels, such as 0,0";
    private static final Interval SHARE = Interval.between(0, 1);
    private static final Interval SCORE = Interval.between(0, 10);

    private static final List<Hyperparameter> ALL = List.of(
            text(ImageRequest.SCHEDULER, "", "a scheduler with settings after commas, such as ddim,eta=0.5; nothing for the one in the model's folder", DIFFUSERS),
            text(TextOptions.PROMPT_2, "", "a text for the second text encoder; nothing for the prompt", DIFFUSERS),
            text(TextOptions.NEGATIVE_2, "", "the same for the negative prompt", DIFFUSERS),
            new Hyperparameter(TextOptions.CLIP_SKIP, Kind.INTEGER, "0", Interval.between(0, TextOptions.MOST_LAYERS), Optional.of(DIFFUSERS)),
            choice(TextOptions.LONG_PROMPTS, "cut", "cut|chunk"),
            choice(TextOptions.WEIGHTING, "none", "none|a1111|compel"),
            number(GuidanceOptions.RESCALE, "0", SHARE, "Common Diffusion Noise Schedules and Sample Steps are Flawed, section 3.4"),
            number(GuidanceOptions.FROM, "0", SHARE, "Applying Guidance in a Limited Interval"),
            number(GuidanceOptions.UNTIL, "1", SHARE, "Applying Guidance in a Limited Interval"),
            text(MicroConditioning.ORIGINAL, "", PIXELS, SDXL),
            text(MicroConditioning.CROP, "0,0", CORNER, SDXL),
            text(MicroConditioning.TARGET, "", PIXELS, SDXL),
            number(MicroConditioning.SCORE, "6", SCORE, DIFFUSERS),
            text(MicroConditioning.NEGATIVE + MicroConditioning.ORIGINAL, "", PIXELS, SDXL),
            text(MicroConditioning.NEGATIVE + MicroConditioning.CROP, "0,0", CORNER, SDXL),
            text(MicroConditioning.NEGATIVE + MicroConditioning.TARGET, "", PIXELS, SDXL),
            number(MicroConditioning.NEGATIVE + MicroConditioning.SCORE, "2.5", SCORE, DIFFUSERS),
            flag(VaeOptions.SLICING),
            flag(VaeOptions.TILING));

    private static final Map<String, Hyperparameter> BY_NAME = ALL.stream().collect(Collectors.toMap(Hyperparameter::name, h -> h));

    private static final Set<String> OF_SECOND_ENCODER = Set.of(TextOptions.PROMPT_2, TextOptions.NEGATIVE_2);

    private SdxlOptions() {
    }

    /**
     * What means something to a model, each with its default and where that comes from.
     *
     * @param twoEncoders whether it has two text encoders
     * @param scored      whether it is told an aesthetic score in place of the target size
     */
    public static List<Hyperparameter> of(boolean twoEncoders, boolean scored) {
        return ALL.stream().filter(option -> twoEncoders || !OF_SECOND_ENCODER.contains(option.name()))
                .filter(option -> !option.name().endsWith(scored ? MicroConditioning.TARGET : MicroConditioning.SCORE)).toList();
    }

    /**
     * Refuses what is no option, or no value of one.
     *
     * @throws RefractException which, and what there is instead
     */
    public static void check(Request request) throws RefractException {
        for (var said : request.options().values().entrySet()) {
            Hyperparameter option = BY_NAME.get(said.getKey());
            if (option == null) {
                throw RefractException.usage("There is no option '%s' of this model; the options are %s.", said.getKey(),
                        ALL.stream().map(Hyperparameter::name).collect(Collectors.joining(", ")));
            }
            if (said.getValue().size() > 1 && !OF_SECOND_ENCODER.contains(option.name())) {
                throw RefractException.usage("The option '%s' is the same for all pictures of a request; it was given %d values.", said.getKey(),
                        said.getValue().size());
            }
            for (String value : said.getValue()) {
                option.check(value);
            }
        }
        GuidanceOptions.of(request.options());
        MicroConditioning.of(request.options());
        MicroConditioning.negative(request.options());
    }

    private static Hyperparameter text(String name, String value, String words, String source) {
        return new Hyperparameter(name, Kind.TEXT, value, words, Optional.of(source));
    }

    private static Hyperparameter number(String name, String value, Interval interval, String source) {
        return new Hyperparameter(name, Kind.REAL, value, interval, Optional.of(source));
    }

    private static Hyperparameter choice(String name, String value, String words) {
        return new Hyperparameter(name, Kind.CHOICE, value, words, Optional.empty());
    }

    private static Hyperparameter flag(String name) {
        return new Hyperparameter(name, Kind.FLAG, "false", "true or false", Optional.of(DIFFUSERS));
    }
}

package org.refract.model.sdxl.options;

import org.refract.api.RefractException;
import org.refract.api.model.Options;

/**
 * How classifier-free guidance is applied.
 *
 * @param rescale share φ, 0 to 1, by which the guided prediction is brought back to the standard deviation of the conditional one
 *                (Common Diffusion Noise Schedules and Sample Steps are Flawed, section 3.4; diffusers' {@code guidance_rescale})
 * @param from    share of the steps that lies behind when guidance begins, 0 for the first step (Applying Guidance in a Limited
 *                Interval Improves Sample and Distribution Quality in Diffusion Models)
 * @param until   share of the steps after which it ends, 1 for the last step; outside the interval the scale is 1
 */
public record GuidanceOptions(double rescale, double from, double until) {

    static final String RESCALE = "guidance_rescale";
    static final String FROM = "guidance_from";
    static final String UNTIL = "guidance_until";

    /** Guidance in every step, not rescaled. */
    public static final GuidanceOptions DEFAULT = new GuidanceOptions(0, 0, 1);

    /**
     * What a request says.
     *
     * @throws RefractException if the end comes before the beginning
     */
    public static GuidanceOptions of(Options said) throws RefractException {
        GuidanceOptions options = new GuidanceOptions(number(said, RESCALE, DEFAULT.rescale), number(said, FROM, DEFAULT.from),
                number(said, UNTIL, DEFAULT.until));
        if (options.from >= options.until) {
            throw RefractException.usage("Guidance from %s until %s of the steps never happens; where it begins must come first.", options.from,
                    options.until);
        }
        return options;
    }

    /** These said in a request, in place of what it said before. */
    public Options on(Options said) {
        return said.with(RESCALE, rescale, DEFAULT.rescale).with(FROM, from, DEFAULT.from).with(UNTIL, until, DEFAULT.until);
    }

    private static double number(Options said, String name, double otherwise) {
        return said.text(name).map(Double::parseDouble).orElse(otherwise);
    }

    /** Whether step {@code i} of {@code steps} is guided. */
    public boolean guides(int i, int steps) {
        double behind = (double) i / steps;
        return behind >= from && behind < until;
    }
}

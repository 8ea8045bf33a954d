package org.refract.api.model;

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

    /** Guidance in every step, not rescaled. */
    public static final GuidanceOptions DEFAULT = new GuidanceOptions(0, 0, 1);

    /** Whether step {@code i} of {@code steps} is guided. */
    public boolean guides(int i, int steps) {
        double behind = (double) i / steps;
        return behind >= from && behind < until;
    }
}

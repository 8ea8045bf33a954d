package org.refract.model.sdxl.schedulers;

/**
 * A step from σ to σ' that goes down too far and comes back with fresh noise: {@code σ_up² = η² σ'² (1 - σ'²/σ²)} and
 * {@code σ_down² = σ'² - σ_up²} (k-diffusion, after Denoising Diffusion Implicit Models, equation 16).
 *
 * @param up   standard deviation of the fresh noise
 * @param down noise level before it is added
 */
record AncestralStep(float up, float down) {

    /** With as much fresh noise as there can be: {@code σ_down = σ'²/σ}. */
    static AncestralStep of(float from, float to) {
        return of(from, to, 1);
    }

    /** @param eta share of fresh noise, 0 to 1 */
    static AncestralStep of(float from, float to, double eta) {
        double share = (double) to / from;
        double fresh = eta * Math.sqrt(Math.max(0, 1 - share * share));
        double kept = Math.hypot(Math.sqrt(1 - eta * eta), eta * share);
        return new AncestralStep((float) (to * fresh), (float) (to * kept));
    }
}

package org.refract.model.sdxl.schedulers;

/**
 * A step from σ to σ' that goes down too far and comes back with fresh noise: {@code σ_up² = σ'² (σ² - σ'²) / σ²} and
 * {@code σ_down² = σ'² - σ_up²}, which is {@code (σ'² / σ)²} (k-diffusion, after Denoising Diffusion Implicit Models with η = 1).
 *
 * @param up   standard deviation of the fresh noise
 * @param down noise level before it is added
 */
record AncestralStep(float up, float down) {

    static AncestralStep of(float from, float to) {
        double share = (double) to / from;
        return new AncestralStep((float) (to * Math.sqrt(Math.max(0, 1 - share * share))), (float) (to * share));
    }
}

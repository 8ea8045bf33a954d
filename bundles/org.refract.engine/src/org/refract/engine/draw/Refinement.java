package org.refract.engine.draw;

/** How a second model goes on with what a first one has drawn (SDXL, section 2.5). */
public sealed interface Refinement {

    /**
     * The second model takes over the denoising before it is finished ("ensemble of expert denoisers"; diffusers: {@code denoising_end} and
     * {@code denoising_start}).
     *
     * @param at share of the noise levels that the first one does, between 0 and 1; usually 0.8
     */
    record Handoff(double at) implements Refinement {
    }

    /**
     * The second model adds noise to the finished picture and takes it away again (SDEdit; SDXL's own way).
     *
     * @param strength share of the noise, above 0 to 1; usually 0.15 to 0.3
     */
    record Again(double strength) implements Refinement {
    }
}

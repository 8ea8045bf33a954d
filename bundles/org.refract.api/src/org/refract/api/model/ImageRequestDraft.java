package org.refract.api.model;

import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** An {@link ImageRequest} that is being changed. */
final class ImageRequestDraft {
    List<String> prompts;
    List<String> negativePrompts;
    List<Long> seeds;
    int steps;
    double guidance;
    GuidanceOptions guidanceOptions;
    int height;
    int width;
    MicroConditioning microConditioning;
    Optional<MicroConditioning> negativeMicroConditioning;
    TextOptions text;
    Optional<String> scheduler;
    Optional<LongFunction<NoiseSource>> noise;
    boolean decode;
    VaeOptions vae;
    Stage stage;
    Optional<StartImage> start;

    ImageRequestDraft(ImageRequest from) {
        prompts = from.prompts();
        negativePrompts = from.negativePrompts();
        seeds = from.seeds();
        steps = from.steps();
        guidance = from.guidance();
        guidanceOptions = from.guidanceOptions();
        height = from.height();
        width = from.width();
        microConditioning = from.microConditioning();
        negativeMicroConditioning = from.negativeMicroConditioning();
        text = from.text();
        scheduler = from.scheduler();
        noise = from.noise();
        decode = from.decode();
        vae = from.vae();
        stage = from.stage();
        start = from.start();
    }

    ImageRequest done() {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, guidanceOptions, height, width, microConditioning,
                negativeMicroConditioning, text, scheduler, noise, decode, vae, stage, start);
    }
}

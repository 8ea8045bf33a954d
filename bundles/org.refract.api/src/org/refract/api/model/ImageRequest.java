package org.refract.api.model;

import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * What an {@link ImageModel} should draw: one picture per prompt. Immutable; {@code with...} methods give changed copies.
 *
 * @param prompts         one per picture; "" is an empty prompt, encoded as such
 * @param negativePrompts empty (the model's own unconditional embedding, zeros for SDXL), or one for all, or one per prompt
 * @param seeds           one per picture
 * @param steps           denoising steps, at least 1
 * @param guidance        classifier-free guidance scale; at most 1 means no guidance and an unguided batch
 * @param height          pixels
 * @param width           pixels
 * @param microConditioning what SDXL is told about size and crop
 * @param scheduler       a scheduler's name, empty for the one in the model's folder
 * @param noise           where a picture's noise comes from, by its seed; empty for PyTorch's CPU generator
 * @param decode          whether the latents are decoded to images
 * @param stage           which part of the denoising is done
 */
public record ImageRequest(List<String> prompts, List<String> negativePrompts, List<Long> seeds, int steps, double guidance,
        int height, int width, MicroConditioning microConditioning, Optional<String> scheduler,
        Optional<LongFunction<NoiseSource>> noise, boolean decode, Stage stage) {

    /** A request for one picture per prompt, seed 0, in the given shape. */
    public static ImageRequest of(int steps, double guidance, int height, int width) {
        return new ImageRequest(List.of(""), List.of(), List.of(0L), steps, guidance, height, width,
                MicroConditioning.DEFAULT, Optional.empty(), Optional.empty(), true, Stage.WHOLE);
    }

    public ImageRequest {
        prompts = List.copyOf(prompts);
        negativePrompts = List.copyOf(negativePrompts);
        seeds = List.copyOf(seeds);
    }

    /** One picture. */
    public ImageRequest withPrompt(String prompt, long seed) {
        return withPrompts(List.of(prompt), List.of(seed));
    }

    /** One picture per prompt, each with its own seed. */
    public ImageRequest withPrompts(List<String> newPrompts, List<Long> newSeeds) {
        return new ImageRequest(newPrompts, negativePrompts, newSeeds, steps, guidance, height, width, microConditioning, scheduler, noise, decode, stage);
    }

    public ImageRequest withNegativePrompts(List<String> negative) {
        return new ImageRequest(prompts, negative, seeds, steps, guidance, height, width, microConditioning, scheduler, noise, decode, stage);
    }

    public ImageRequest withSteps(int newSteps) {
        return new ImageRequest(prompts, negativePrompts, seeds, newSteps, guidance, height, width, microConditioning, scheduler, noise, decode, stage);
    }

    public ImageRequest withGuidance(double scale) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, scale, height, width, microConditioning, scheduler, noise, decode, stage);
    }

    public ImageRequest withSize(int newHeight, int newWidth) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, newHeight, newWidth, microConditioning, scheduler, noise, decode, stage);
    }

    public ImageRequest withMicroConditioning(MicroConditioning conditioning) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, conditioning, scheduler, noise, decode, stage);
    }

    public ImageRequest withScheduler(String name) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, microConditioning, Optional.of(name), noise, decode, stage);
    }

    /** Draws noise from a source of the caller's, one for each picture's seed. */
    public ImageRequest withNoise(LongFunction<NoiseSource> source) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, microConditioning, scheduler, Optional.of(source), decode, stage);
    }

    public ImageRequest withDecode(boolean wanted) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, microConditioning, scheduler, noise, wanted, stage);
    }

    /** A part of the denoising, for two models that share it. */
    public ImageRequest withStage(Stage part) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, microConditioning, scheduler, noise, decode, part);
    }
}

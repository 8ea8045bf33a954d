package org.refract.api.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

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
 * @param noise           where a picture's noise comes from
 * @param decode          whether the latents are decoded to images
 * @param stage           which part of the denoising is done
 * @param start           a picture to begin with (image to image, inpainting); empty to begin with noise or the stage's latents
 * @param options         what is said to the model's family alone: its scheduler, how it reads prompts, what it is told about size and crop
 */
public record ImageRequest(List<String> prompts, List<String> negativePrompts, List<Long> seeds, int steps, double guidance, int height, int width,
        Noise noise, boolean decode, Stage stage, Optional<StartImage> start, Options options) implements Request {

    /** The option of every model that denoises in steps. */
    public static final String SCHEDULER = "scheduler";

    /** A request for one picture per prompt, seed 0, in the given shape. */
    public static ImageRequest of(int steps, double guidance, int height, int width) {
        return new ImageRequest(List.of(""), List.of(), List.of(0L), steps, guidance, height, width, Noise.OF_SEED, true, Stage.WHOLE, Optional.empty(),
                Options.NONE);
    }

    public ImageRequest {
        prompts = List.copyOf(prompts);
        negativePrompts = List.copyOf(negativePrompts);
        seeds = List.copyOf(seeds);
    }

    @Override
    public String kind() {
        return "image";
    }

    @Override
    public int examples() {
        return prompts.size();
    }

    /** One picture. */
    public ImageRequest withPrompt(String prompt, long seed) {
        return withPrompts(List.of(prompt), List.of(seed));
    }

    /** One picture per prompt, each with its own seed. */
    public ImageRequest withPrompts(List<String> newPrompts, List<Long> newSeeds) {
        return new ImageRequest(newPrompts, negativePrompts, newSeeds, steps, guidance, height, width, noise, decode, stage, start, options);
    }

    /** How pictures are drawn, without saying which. */
    public ImageRequest withoutExamples() {
        return withPrompts(List.of(), List.of());
    }

    public ImageRequest withNegativePrompts(List<String> negative) {
        return new ImageRequest(prompts, negative, seeds, steps, guidance, height, width, noise, decode, stage, start, options);
    }

    public ImageRequest withSteps(int newSteps) {
        return new ImageRequest(prompts, negativePrompts, seeds, newSteps, guidance, height, width, noise, decode, stage, start, options);
    }

    public ImageRequest withGuidance(double scale) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, scale, height, width, noise, decode, stage, start, options);
    }

    public ImageRequest withSize(int newHeight, int newWidth) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, newHeight, newWidth, noise, decode, stage, start, options);
    }

    /** Draws noise from somewhere else. */
    public ImageRequest withNoise(Noise source) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, source, decode, stage, start, options);
    }

    public ImageRequest withDecode(boolean wanted) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, noise, wanted, stage, start, options);
    }

    /** A part of the denoising, for two models that share it. */
    public ImageRequest withStage(Stage part) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, noise, decode, part, start, options);
    }

    /** Begins with a picture. */
    public ImageRequest withStart(StartImage picture) {
        return withStart(Optional.of(picture));
    }

    /** Begins with noise, or with the latents of the stage. */
    public ImageRequest withoutStart() {
        return withStart(Optional.empty());
    }

    private ImageRequest withStart(Optional<StartImage> picture) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, noise, decode, stage, picture, options);
    }

    /** The scheduler that was asked for among the options, with its settings after commas; empty for the model's own. */
    public Optional<String> scheduler() {
        return options.text(SCHEDULER);
    }

    public ImageRequest withScheduler(String name) {
        return withOption(SCHEDULER, name);
    }

    /** Says something to the model's family. */
    public ImageRequest withOption(String name, Object value) {
        return with(said -> said.with(name, value));
    }

    /** Changes what is said to the model's family. */
    public ImageRequest with(UnaryOperator<Options> change) {
        return new ImageRequest(prompts, negativePrompts, seeds, steps, guidance, height, width, noise, decode, stage, start, change.apply(options));
    }
}

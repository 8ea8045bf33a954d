package org.refract.api.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * What an {@link ImageModel} should draw: one picture per prompt. Immutable; {@code with...} methods give changed copies.
 *
 * @param prompts         one per picture; "" is an empty prompt, encoded as such
 * @param negativePrompts empty (the model's own unconditional embedding, zeros for SDXL), or one for all, or one per prompt
 * @param seeds           one per picture
 * @param steps           denoising steps, at least 1
 * @param guidance        classifier-free guidance scale; at most 1 means no guidance and an unguided batch
 * @param guidanceOptions rescaling of the guided prediction, and the steps at which there is guidance
 * @param height          pixels
 * @param width           pixels
 * @param microConditioning what SDXL is told about size and crop
 * @param negativeMicroConditioning what the unconditional half is told; empty for the same
 * @param text            how prompts become embeddings
 * @param scheduler       a scheduler's name, with its settings after commas ({@code ddim,eta=0.5}); empty for the one in the model's folder
 * @param noise           where a picture's noise comes from, by its seed; empty for PyTorch's CPU generator
 * @param decode          whether the latents are decoded to images
 * @param vae             how the VAE saves memory
 * @param stage           which part of the denoising is done
 * @param start           a picture to begin with (image to image, inpainting); empty to begin with noise or the stage's latents
 */
public record ImageRequest(List<String> prompts, List<String> negativePrompts, List<Long> seeds, int steps, double guidance,
        GuidanceOptions guidanceOptions, int height, int width, MicroConditioning microConditioning,
        Optional<MicroConditioning> negativeMicroConditioning, TextOptions text, Optional<String> scheduler,
        Optional<LongFunction<NoiseSource>> noise, boolean decode, VaeOptions vae, Stage stage, Optional<StartImage> start) {

    /** A request for one picture per prompt, seed 0, in the given shape. */
    public static ImageRequest of(int steps, double guidance, int height, int width) {
        return new ImageRequest(List.of(""), List.of(), List.of(0L), steps, guidance, GuidanceOptions.DEFAULT, height, width,
                MicroConditioning.DEFAULT, Optional.empty(), TextOptions.DEFAULT, Optional.empty(), Optional.empty(), true,
                VaeOptions.DEFAULT, Stage.WHOLE, Optional.empty());
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
        return with(draft -> {
            draft.prompts = newPrompts;
            draft.seeds = newSeeds;
        });
    }

    public ImageRequest withNegativePrompts(List<String> negative) {
        return with(draft -> draft.negativePrompts = negative);
    }

    public ImageRequest withSteps(int newSteps) {
        return with(draft -> draft.steps = newSteps);
    }

    public ImageRequest withGuidance(double scale) {
        return with(draft -> draft.guidance = scale);
    }

    public ImageRequest withGuidanceOptions(GuidanceOptions options) {
        return with(draft -> draft.guidanceOptions = options);
    }

    public ImageRequest withSize(int newHeight, int newWidth) {
        return with(draft -> {
            draft.height = newHeight;
            draft.width = newWidth;
        });
    }

    public ImageRequest withMicroConditioning(MicroConditioning conditioning) {
        return with(draft -> draft.microConditioning = conditioning);
    }

    /** Tells the unconditional half something else about size and crop. */
    public ImageRequest withNegativeMicroConditioning(MicroConditioning conditioning) {
        return with(draft -> draft.negativeMicroConditioning = Optional.of(conditioning));
    }

    public ImageRequest withText(TextOptions options) {
        return with(draft -> draft.text = options);
    }

    public ImageRequest withScheduler(String name) {
        return with(draft -> draft.scheduler = Optional.of(name));
    }

    /** Draws noise from a source of the caller's, one for each picture's seed. */
    public ImageRequest withNoise(LongFunction<NoiseSource> source) {
        return with(draft -> draft.noise = Optional.of(source));
    }

    public ImageRequest withDecode(boolean wanted) {
        return with(draft -> draft.decode = wanted);
    }

    public ImageRequest withVae(VaeOptions options) {
        return with(draft -> draft.vae = options);
    }

    /** A part of the denoising, for two models that share it. */
    public ImageRequest withStage(Stage part) {
        return with(draft -> draft.stage = part);
    }

    /** Begins with a picture. */
    public ImageRequest withStart(StartImage picture) {
        return with(draft -> draft.start = Optional.of(picture));
    }

    /** Begins with noise, or with the latents of the stage. */
    public ImageRequest withoutStart() {
        return with(draft -> draft.start = Optional.empty());
    }

    private ImageRequest with(Consumer<ImageRequestDraft> change) {
        ImageRequestDraft draft = new ImageRequestDraft(this);
        change.accept(draft);
        return draft.done();
    }
}

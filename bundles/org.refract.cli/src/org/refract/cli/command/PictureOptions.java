package org.refract.cli.command;

import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import picocli.CommandLine.Option;

/** What kind of picture; the model's own values where nothing is said. */
final class PictureOptions {
    private static final int LONGEST_PROMPT = 100_000;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Of the noise (default: ${DEFAULT-VALUE}); the next pictures take the next numbers.")
    private long seed;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps (default: the model's own).")
    private Optional<Integer> steps = Optional.empty();

    @Option(names = "--guidance", paramLabel = "SCALE", description = "Classifier-free guidance; at most 1 is none (default: the model's own).")
    private Optional<Double> guidance = Optional.empty();

    @Option(names = "--size", paramLabel = "WxH", description = "Pixels, such as 512 or 768x512 (default: the model's own).")
    private Optional<String> size = Optional.empty();

    @Option(names = "--negative", paramLabel = "TEXT", description = "What the picture should not be; needs guidance.")
    private Optional<String> negative = Optional.empty();

    @Option(names = "--scheduler", paramLabel = "NAME", description = "Such as euler or euler_ancestral (default: the model's own).")
    private Optional<String> scheduler = Optional.empty();

    public long seed() {
        return seed;
    }

    /** The request for some prompts, each with the next seed. */
    public ImageRequest request(ImageRequest defaults, List<String> prompts) throws RefractException {
        for (String prompt : prompts) {
            if (prompt.length() > LONGEST_PROMPT) {
                throw RefractException.usage("The prompt has %d characters; no model reads more than the first few hundred, so shorten it.", prompt.length());
            }
        }
        List<Long> seeds = java.util.stream.LongStream.range(seed, seed + prompts.size()).boxed().toList();
        ImageRequest request = defaults.withPrompts(prompts, seeds);
        if (steps.isPresent()) {
            if (steps.get() < 1 || steps.get() > 1000) {
                throw RefractException.usage("--steps must be from 1 to 1000, not %d.", steps.get());
            }
            request = request.withSteps(steps.get());
        }
        if (guidance.isPresent()) {
            if (!Double.isFinite(guidance.get()) || guidance.get() < 0) {
                throw RefractException.usage("--guidance must be a number from 0 on, not %s.", guidance.get());
            }
            request = request.withGuidance(guidance.get());
        }
        if (size.isPresent()) {
            int[] pixels = pixels(size.get());
            request = request.withSize(pixels[1], pixels[0]);
        }
        if (negative.isPresent()) {
            if (request.guidance() <= 1) {
                throw RefractException.usage("--negative has an effect only with guidance above 1; add --guidance 5.");
            }
            request = request.withNegativePrompts(List.of(negative.get()));
        }
        return scheduler.isPresent() ? request.withScheduler(scheduler.get()) : request;
    }

    private static int[] pixels(String text) throws RefractException {
        String[] sides = text.toLowerCase(java.util.Locale.ROOT).split("x", -1);
        try {
            int width = Integer.parseInt(sides[0]);
            int height = sides.length == 2 ? Integer.parseInt(sides[1]) : width;
            if (sides.length <= 2 && width > 0 && height > 0 && width <= 8192 && height <= 8192) {
                return new int[] {width, height};
            }
        } catch (NumberFormatException e) {
            throw RefractException.usage("'%s' is not a size: write 512 or 768x512.", text);
        }
        throw RefractException.usage("'%s' is not a size: write 512 or 768x512, at most 8192.", text);
    }
}

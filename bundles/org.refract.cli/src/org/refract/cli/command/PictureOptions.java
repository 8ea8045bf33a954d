package org.refract.cli.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.cli.Within;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What kind of picture; the model's own values where nothing is said. */
final class PictureOptions {
    private static final int LONGEST_PROMPT = 100_000;
    static final int MOST_STEPS = 1000;
    static final double MOST_GUIDANCE = 1000;
    /** Seeds that are drawn have 32 bits, as those of the web UIs, so that they fit everywhere. */
    private static final long SEEDS = 1L << 32;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Of the noise (default: ${DEFAULT-VALUE}); the next pictures take the next numbers. 1,2,5-9: each of them; -1: a random one.")
    private String seed = "0";

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps (default: the run's or the model's own).")
    @Within(least = 1, most = MOST_STEPS)
    private Optional<Integer> steps = Optional.empty();

    @Option(names = "--guidance", paramLabel = "SCALE", description = "Classifier-free guidance; at most 1 is none (default: the run's or the model's own).")
    @Within(least = 0, most = MOST_GUIDANCE)
    private Optional<Double> guidance = Optional.empty();

    @Option(names = "--size", paramLabel = "WxH", description = "Pixels, such as 512 or 768x512 (default: the run's or the model's own).")
    private Optional<String> size = Optional.empty();

    @Option(names = "--aspect", paramLabel = "W:H", description = "In place of a size: the nearest to 16:9 of the 40 shapes that SDXL was trained on.")
    private Optional<String> aspect = Optional.empty();

    @Option(names = "--negative", paramLabel = "TEXT",
            description = "What the picture should not be; needs guidance. \"\" is an empty text, which is not the same as none.")
    private Optional<String> negative = Optional.empty();

    @Option(names = "--scheduler", paramLabel = "NAME",
            description = "Such as euler or dpmpp_2m_karras, with settings after commas: ddim,eta=0.5 (default: the model's own; an unknown name lists them).")
    private Optional<String> scheduler = Optional.empty();

    @Option(names = "--set", paramLabel = "NAME=VALUE",
            description = "Another option of the model's family; refract inspect lists them. May be repeated.")
    private Map<String, String> others = new LinkedHashMap<>();

    @ArgGroup(validate = false, heading = "%nHow the text is read%n")
    private TextWishes text = new TextWishes();

    @ArgGroup(validate = false, heading = "%nWhen and how there is guidance%n")
    private GuidanceWishes guided = new GuidanceWishes();

    @ArgGroup(validate = false, heading = "%nWhat SDXL is told about size and crop%n")
    private SizeWishes sizes = new SizeWishes();

    @ArgGroup(validate = false, heading = "%nMemory of large pictures%n")
    private VaeWishes vae = new VaeWishes();

    /** The seeds that were asked for; each call draws random ones anew. */
    SeedList seeds() throws RefractException {
        return SeedList.parse(seed, () -> ThreadLocalRandom.current().nextLong(SEEDS));
    }

    /** Whether a shape was asked for. */
    boolean saysShape() {
        return size.isPresent() || aspect.isPresent();
    }

    /** The request for some prompts, each with the next seed. */
    ImageRequest request(ImageRequest defaults, List<String> prompts) throws RefractException {
        SeedList seeds = seeds();
        if (!seeds.open()) {
            throw RefractException.usage("--seed %s are several pictures; this command draws one, so name one seed.", seed);
        }
        long first = seeds.seeds().getFirst();
        return request(defaults, prompts, LongStream.range(0, prompts.size()).map(i -> first + i).boxed().toList());
    }

    /**
     * The request for some prompts, each with its seed.
     *
     * @throws RefractException if a value makes no sense
     */
    ImageRequest request(ImageRequest defaults, List<String> prompts, List<Long> seeds) throws RefractException {
        for (String prompt : prompts) {
            if (prompt.length() > LONGEST_PROMPT) {
                throw RefractException.usage("The prompt has %d characters; no model reads more than the first few hundred, so shorten it.", prompt.length());
            }
        }
        ImageRequest request = defaults.withPrompts(prompts, seeds);
        if (steps.isPresent()) {
            request = request.withSteps(steps.get());
        }
        if (guidance.isPresent()) {
            request = request.withGuidance(guidance.get());
        }
        request = shaped(request);
        if (negative.isPresent()) {
            request = request.withNegativePrompts(List.of(negative.get()));
        }
        if (scheduler.isPresent()) {
            request = request.withScheduler(scheduler.get());
        }
        request = vae.on(sizes.on(guided.on(text.on(request))));
        for (Map.Entry<String, String> other : others.entrySet()) {
            request = request.withOption(other.getKey(), other.getValue());
        }
        return request;
    }

    private ImageRequest shaped(ImageRequest request) throws RefractException {
        if (size.isPresent() && aspect.isPresent()) {
            throw RefractException.usage("--size and --aspect both say what shape the picture has; leave one of them out.");
        }
        if (size.isPresent()) {
            int[] pixels = PixelSize.parse(size.get());
            return request.withSize(pixels[1], pixels[0]);
        }
        if (aspect.isPresent()) {
            return shaped(request, AspectBuckets.ratio(aspect.get()));
        }
        return request;
    }

    /** The same request for a shape near a ratio of width to height. */
    static ImageRequest shaped(ImageRequest request, double ratio) {
        int[] shape = AspectBuckets.nearest(ratio, (double) request.width() * request.height());
        return request.withSize(shape[1], shape[0]);
    }
}

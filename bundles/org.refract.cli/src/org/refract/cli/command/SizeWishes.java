package org.refract.cli.command;

import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.cli.Within;
import picocli.CommandLine.Option;

/** SDXL's size and crop conditioning, and the refiner's aesthetic score (SDXL, section 2.2). */
final class SizeWishes {
    private static final double BEST_SCORE = 10;

    @Option(names = "--original-size", paramLabel = "WxH", description = "How large the picture was before it was scaled (default: the size).")
    private Optional<String> original = Optional.empty();

    @Option(names = "--crop", paramLabel = "LEFT,TOP", description = "How far from the left and the top it was cut out (default: 0,0).")
    private Optional<String> crop = Optional.empty();

    @Option(names = "--target-size", paramLabel = "WxH", description = "What size is wanted (default: the size).")
    private Optional<String> target = Optional.empty();

    @Option(names = "--aesthetic-score", paramLabel = "SCORE", description = "What a refiner is told, 0 to 10 (default: 6).")
    @Within(least = 0, most = BEST_SCORE)
    private Optional<Double> score = Optional.empty();

    @Option(names = "--negative-original-size", paramLabel = "WxH", description = "The same for what the picture should not be; these four need guidance.")
    private Optional<String> negativeOriginal = Optional.empty();

    @Option(names = "--negative-crop", paramLabel = "LEFT,TOP", description = "(default: as --crop)")
    private Optional<String> negativeCrop = Optional.empty();

    @Option(names = "--negative-target-size", paramLabel = "WxH", description = "(default: as --target-size)")
    private Optional<String> negativeTarget = Optional.empty();

    @Option(names = "--negative-aesthetic-score", paramLabel = "SCORE", description = "(default: 2.5)")
    @Within(least = 0, most = BEST_SCORE)
    private Optional<Double> negativeScore = Optional.empty();

    ImageRequest on(ImageRequest request) throws RefractException {
        ImageRequest told = Said.on(request, "original_size", size(original));
        told = Said.on(told, "crop", corner(crop));
        told = Said.on(told, "target_size", size(target));
        told = Said.on(told, "aesthetic_score", score);
        told = Said.on(told, "negative_original_size", size(negativeOriginal));
        told = Said.on(told, "negative_crop", corner(negativeCrop));
        told = Said.on(told, "negative_target_size", size(negativeTarget));
        return Said.on(told, "negative_aesthetic_score", negativeScore);
    }

    private static Optional<String> size(Optional<String> text) throws RefractException {
        if (text.isEmpty()) {
            return text;
        }
        int[] pixels = PixelSize.parse(text.get());
        return Optional.of(pixels[0] + "x" + pixels[1]);
    }

    private static Optional<String> corner(Optional<String> text) throws RefractException {
        if (text.isEmpty()) {
            return text;
        }
        int[] pixels = PixelSize.corner(text.get());
        return Optional.of(pixels[0] + "," + pixels[1]);
    }
}

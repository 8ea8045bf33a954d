package org.refract.cli.command;

import java.util.Optional;
import java.util.OptionalDouble;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.MicroConditioning;
import org.refract.api.model.MicroConditioning.Crop;
import org.refract.api.model.MicroConditioning.Size;
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
        ImageRequest told = request;
        if (original.isPresent() || crop.isPresent() || target.isPresent() || score.isPresent()) {
            told = told.withMicroConditioning(conditioning("", original, crop, target, score));
        }
        if (negativeOriginal.isPresent() || negativeCrop.isPresent() || negativeTarget.isPresent() || negativeScore.isPresent()) {
            told = told.withNegativeMicroConditioning(conditioning("negative-", negativeOriginal.or(() -> original), negativeCrop.or(() -> crop),
                    negativeTarget.or(() -> target), negativeScore));
        }
        return told;
    }

    private static MicroConditioning conditioning(String prefix, Optional<String> original, Optional<String> crop, Optional<String> target,
            Optional<Double> score) throws RefractException {
        Optional<Size> before = size(original);
        int[] corner = crop.isPresent() ? PixelSize.corner(crop.get()) : new int[] {0, 0};
        OptionalDouble told = OptionalDouble.empty();
        if (score.isPresent()) {
            told = OptionalDouble.of(Words.share("--" + prefix + "aesthetic-score", score.get(), 0, BEST_SCORE));
        }
        return new MicroConditioning(before, new Crop(corner[1], corner[0]), size(target), told);
    }

    private static Optional<Size> size(Optional<String> text) throws RefractException {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int[] pixels = PixelSize.parse(text.get());
        return Optional.of(new Size(pixels[1], pixels[0]));
    }
}

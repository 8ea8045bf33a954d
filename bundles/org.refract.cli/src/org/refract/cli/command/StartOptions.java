package org.refract.cli.command;

import ai.djl.ndarray.NDManager;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.StartImage;
import org.refract.cli.picture.Photo;
import org.refract.cli.picture.Photo.Fit;
import org.refract.engine.tensor.Tensors;
import picocli.CommandLine.Option;

/** A photo to begin with. */
final class StartOptions {
    /** AUTOMATIC1111's; diffusers takes 0.3 for its image-to-image pipeline of SDXL, which changes hardly anything. */
    private static final double USUAL_STRENGTH = 0.75;

    @Option(names = "--image", paramLabel = "FILE", description = "Begin with this picture instead of noise.")
    private Optional<Path> image = Optional.empty();

    @Option(names = {"--image-strength", "--denoising-strength"}, paramLabel = "SHARE",
            description = "How much of it is drawn anew, above 0 to 1 (default: 0.75).")
    private Optional<Double> strength = Optional.empty();

    @Option(names = "--mask", paramLabel = "FILE", description = "White where it is drawn anew, black where it stays to the pixel; grey mixes both.")
    private Optional<Path> mask = Optional.empty();

    @Option(names = "--fit", paramLabel = "crop|pad|stretch",
            description = "How the picture and its mask come to the size that is drawn; without --size it is the shape nearest to theirs (default: crop).")
    private Optional<String> fit = Optional.empty();

    /** Checks what was said and reads the files. */
    Optional<Start> start() throws RefractException {
        if (image.isEmpty()) {
            if (mask.isPresent() || strength.isPresent() || fit.isPresent()) {
                throw RefractException.usage("%s needs a picture to begin with: add --image FILE.",
                        mask.isPresent() ? "--mask" : strength.isPresent() ? "--image-strength" : "--fit");
            }
            return Optional.empty();
        }
        double much = strength.orElse(USUAL_STRENGTH);
        if (!(much > 0 && much <= 1)) {
            throw RefractException.usage("--image-strength must be above 0 and at most 1, not %s.", much);
        }
        return Optional.of(new Start(Photo.read(image.get()), mask.isPresent() ? Optional.of(Photo.read(mask.get())) : Optional.empty(), much,
                fit.isEmpty() ? Fit.CROP : Words.of(Fit.class, "--fit", fit.get())));
    }

    /** Share of the steps that are done, empty where nothing is begun with. */
    Optional<Double> strength() {
        return image.map(file -> strength.orElse(USUAL_STRENGTH));
    }

    /**
     * A picture to begin with, as it was read.
     *
     * @param strength share of the noise
     */
    record Start(Photo image, Optional<Photo> mask, double strength, Fit fit) {

        /** The request in the shape nearest to the photo's, where none was asked for. */
        ImageRequest shaped(ImageRequest request) {
            BufferedImage photo = image.image();
            boolean same = photo.getWidth() == request.width() && photo.getHeight() == request.height();
            return same ? request : PictureOptions.shaped(request, (double) photo.getWidth() / photo.getHeight());
        }

        /** The request with the picture as tensors of {@code owner}. */
        ImageRequest on(ImageRequest request, NDManager owner) {
            int width = request.width();
            int height = request.height();
            BufferedImage fitted = image.fitted(width, height, fit);
            return request.withStart(new StartImage(Tensors.of(owner, Photo.channels(fitted), 1, 3, height, width), strength,
                    mask.map(m -> Tensors.of(owner, Photo.brightness(m.fitted(width, height, fit)), 1, 1, height, width))));
        }
    }
}

package org.refract.cli.command;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.cli.Within;
import org.refract.pictures.Margins;
import org.refract.pictures.Mask;
import org.refract.pictures.Photo;
import org.refract.pictures.Photo.Fit;
import picocli.CommandLine.Option;

/** A photo to begin with. */
final class StartOptions {
    /** AUTOMATIC1111's; diffusers takes 0.3 for its image-to-image pipeline of SDXL, which changes hardly anything. */
    private static final double USUAL_STRENGTH = 0.75;
    /** Of what a photo does not have, nothing is to stay. */
    private static final double OUTPAINTING_STRENGTH = 1;
    private static final double MOST_BLUR = 1000;
    private static final int MOST_PADDING = 100_000;
    /** Of a side: what rounding does when a mask is saved smaller than its photo. */
    private static final double SHAPE_TOLERANCE = 0.01;

    @Option(names = "--image", paramLabel = "FILE", description = "Begin with this picture instead of noise.")
    private Optional<Path> image = Optional.empty();

    @Option(names = {"--image-strength", "--denoising-strength"}, paramLabel = "SHARE",
            description = "How much of it is drawn anew, above 0 to 1 (default: 0.75; 1 with --outpaint).")
    @Within(least = 0, most = 1, above = true)
    private Optional<Double> strength = Optional.empty();

    @Option(names = "--mask", paramLabel = "FILE", description = "White where it is drawn anew, black or transparent where it stays to the pixel; grey mixes both.")
    private Optional<Path> mask = Optional.empty();

    @Option(names = "--mask-blur", paramLabel = "PX",
            description = "Soften the mask's edges by a Gaussian of so many of the photo's pixels (default: 0).")
    @Within(least = 0, most = MOST_BLUR)
    private Optional<Double> blur = Optional.empty();

    @Option(names = "--mask-padding", paramLabel = "PX", description = "Draw only the part of the photo around the mask, with so many of its pixels on each side, "
            + "in the full size; the result is as large as the photo. The web UIs call it \"only masked\".")
    @Within(least = 0, most = MOST_PADDING)
    private Optional<Integer> padding = Optional.empty();

    @Option(names = "--outpaint", paramLabel = "PX|LEFT,TOP,RIGHT,BOTTOM",
            description = "Draw on beyond the photo's edges, so many of its pixels on every side or on each; the photo itself stays, but for what a --mask marks.")
    private Optional<String> outpaint = Optional.empty();

    @Option(names = "--fit", paramLabel = "crop|pad|stretch",
            description = "How the picture and its mask come to the size that is drawn; without --size it is the shape nearest to theirs (default: crop).")
    private Optional<String> fit = Optional.empty();

    /** Checks what was said and reads the files. */
    Optional<Start> start() throws RefractException {
        if (image.isEmpty()) {
            if (mask.isPresent() || outpaint.isPresent() || strength.isPresent() || fit.isPresent()) {
                throw RefractException.usage("%s needs a picture to begin with: add --image FILE.", mask.isPresent() ? "--mask"
                        : outpaint.isPresent() ? "--outpaint" : strength.isPresent() ? "--image-strength" : "--fit");
            }
            needsMask();
            return Optional.empty();
        }
        double much = amount();
        if (mask.isEmpty() && outpaint.isEmpty()) {
            needsMask();
        }
        if (padding.isPresent() && fit.isPresent()) {
            throw RefractException.usage("--mask-padding cuts the photo by its mask and --fit by its shape; leave one of them out.");
        }
        Optional<Margins> margins = outpaint.isEmpty() ? Optional.empty() : Optional.of(PixelSize.margins(outpaint.get()));
        Photo photo = Photo.read(image.get());
        Optional<Mask> marked = marked(photo, margins);
        return Optional.of(new Start(margins.map(m -> m.around(photo)).orElse(photo), marked, much,
                fit.isEmpty() ? Fit.CROP : Words.of(Fit.class, "--fit", fit.get()), padding));
    }

    private void needsMask() throws RefractException {
        if (blur.isPresent() || padding.isPresent()) {
            throw RefractException.usage("%s is of a mask: add --mask FILE.", blur.isPresent() ? "--mask-blur" : "--mask-padding");
        }
    }

    private double amount() {
        return strength.orElse(outpaint.isPresent() ? OUTPAINTING_STRENGTH : USUAL_STRENGTH);
    }

    /** The mask as it is used, in the photo's size where its pixels count, with the margins; empty where all of the photo is drawn anew. */
    private Optional<Mask> marked(Photo photo, Optional<Margins> margins) throws RefractException {
        double softness = blur.orElse(0.0);
        int width = photo.image().getWidth();
        int height = photo.image().getHeight();
        if (margins.isPresent() && !margins.get().leaveRoom(photo)) {
            throw RefractException.usage("The picture %s has %d x %d pixels and would grow too large by --outpaint %s; scale it down.", image.get(), width, height,
                    outpaint.get());
        }
        Optional<Mask> painted = mask.isEmpty() ? Optional.empty() : Optional.of(painted(photo, mask.get()));
        if (margins.isEmpty() && (painted.isEmpty() || softness == 0 && padding.isEmpty())) {
            return painted;
        }
        Optional<Mask> scaled = painted.map(m -> m.scaled(width, height));
        Mask used = margins.map(m -> m.around(scaled, width, height)).or(() -> scaled).orElseThrow().blurred(softness);
        if (padding.isPresent() && used.isBlack()) {
            throw RefractException.usage("The mask %s is black everywhere, so there is nothing for --mask-padding to draw; paint white what is to change.",
                    mask.orElseThrow());
        }
        return Optional.of(used);
    }

    private Mask painted(Photo photo, Path file) throws RefractException {
        Mask read = Mask.read(file);
        int width = photo.image().getWidth();
        int height = photo.image().getHeight();
        int wide = read.image().getWidth();
        int high = read.image().getHeight();
        if (Math.abs(wide - (double) high * width / height) > 1 + wide * SHAPE_TOLERANCE
                && Math.abs(high - (double) wide * height / width) > 1 + high * SHAPE_TOLERANCE) {
            throw RefractException.usage("The mask %s has %d x %d pixels and the picture %s %d x %d; paint it on the picture, so that it has its shape.",
                    file, wide, high, image.get(), width, height);
        }
        return read;
    }

    /** Share of the steps that are done, empty where nothing is begun with. */
    Optional<Double> strength() {
        return image.map(file -> amount());
    }

    /** How the mask is used, empty where there is none. */
    Optional<MaskUse> maskUse() {
        return mask.isEmpty() && outpaint.isEmpty() ? Optional.empty() : Optional.of(new MaskUse(blur.orElse(0.0), padding));
    }

    /**
     * How a mask is used.
     *
     * @param blur    standard deviation in pixels, 0 for hard edges
     * @param padding pixels around what it marks, where only that part is drawn
     */
    record MaskUse(double blur, Optional<Integer> padding) {
    }

    /**
     * A picture to begin with, as it was read.
     *
     * @param mask     in the photo's shape, blurred
     * @param strength share of the noise
     * @param padding  pixels around the mask, where only they are drawn
     */
    record Start(Photo image, Optional<Mask> mask, double strength, Fit fit, Optional<Integer> padding) {

        /** The request in the shape nearest to the photo's, where none was asked for. */
        ImageRequest shaped(ImageRequest request) {
            BufferedImage photo = image.image();
            boolean same = photo.getWidth() == request.width() && photo.getHeight() == request.height();
            return same ? request : PictureOptions.shaped(request, (double) photo.getWidth() / photo.getHeight());
        }
    }
}

package org.refract.api.model;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * SDXL's size and crop conditioning (SDXL, section 2.2). Sizes are (height, width), crops (top, left), in pixels; an empty
 * size is the size of the output.
 *
 * @param aestheticScore what a model of scored pictures, such as the refiner, is told in place of the target size, about 0 to 10;
 *                       empty for 6, and 2.5 for the unconditional half (diffusers' defaults)
 */
public record MicroConditioning(Optional<Size> original, Crop crop, Optional<Size> target, OptionalDouble aestheticScore) {

    /** Original and target size as the output, no crop. */
    public static final MicroConditioning DEFAULT = new MicroConditioning(Optional.empty(), new Crop(0, 0), Optional.empty());

    /** The usual aesthetic score. */
    public MicroConditioning(Optional<Size> original, Crop crop, Optional<Size> target) {
        this(original, crop, target, OptionalDouble.empty());
    }

    /** Height and width in pixels. */
    public record Size(int height, int width) {
    }

    /** Offset of the crop in pixels. */
    public record Crop(int top, int left) {
    }
}

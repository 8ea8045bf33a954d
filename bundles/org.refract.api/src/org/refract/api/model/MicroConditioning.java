package org.refract.api.model;

import java.util.Optional;

/**
 * SDXL's size and crop conditioning (SDXL, section 2.2). Sizes are (height, width), crops (top, left), in pixels; an empty
 * size is the size of the output.
 */
public record MicroConditioning(Optional<Size> original, Crop crop, Optional<Size> target) {

    /** Original and target size as the output, no crop. */
    public static final MicroConditioning DEFAULT = new MicroConditioning(Optional.empty(), new Crop(0, 0), Optional.empty());

    /** Height and width in pixels. */
    public record Size(int height, int width) {
    }

    /** Offset of the crop in pixels. */
    public record Crop(int top, int left) {
    }
}

package org.refract.model.sdxl;

import org.refract.api.model.ImageRequest;

/** What a person who chooses nothing gets from a model. */
final class UsualRequest {

    /** diffusers' defaults for SDXL. */
    private static final int STEPS = 50;
    private static final double GUIDANCE = 5;

    private UsualRequest() {
    }

    /**
     * The request.
     *
     * @param side of the picture in pixels
     */
    static ImageRequest of(SdxlParts parts, int side) {
        if (parts.distilled().isEmpty()) {
            return ImageRequest.of(STEPS, GUIDANCE, side, side);
        }
        Distillation distilled = parts.distilled().get();
        ImageRequest request = ImageRequest.of(distilled.steps(), distilled.guidance(), side, side);
        return distilled.scheduler().map(request::withScheduler).orElse(request);
    }
}

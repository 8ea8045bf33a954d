package org.refract.model.sdxl;

import org.refract.api.model.ImageRequest;
import org.refract.model.sdxl.options.TextOptions.LongPrompts;
import org.refract.model.sdxl.options.TextOptions;

/** What a person who chooses nothing gets from a model. */
final class UsualRequest {

    /** diffusers' defaults for SDXL. */
    private static final int STEPS = 50;
    private static final double GUIDANCE = 5;

    /** Nobody expects the end of a prompt to be left out. */
    private static final TextOptions WHOLE = TextOptions.DEFAULT.withLongPrompts(LongPrompts.CHUNK);

    private UsualRequest() {
    }

    /**
     * The request.
     *
     * @param side of the picture in pixels
     */
    static ImageRequest of(SdxlParts parts, int side) {
        if (parts.distilled().isEmpty()) {
            return ImageRequest.of(STEPS, GUIDANCE, side, side).with(WHOLE::on);
        }
        Distillation distilled = parts.distilled().get();
        ImageRequest request = ImageRequest.of(distilled.steps(), distilled.guidance(), side, side).with(WHOLE::on);
        return distilled.scheduler().map(request::withScheduler).orElse(request);
    }
}

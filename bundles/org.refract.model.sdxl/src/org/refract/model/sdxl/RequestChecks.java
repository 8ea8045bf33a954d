package org.refract.model.sdxl;

import ai.djl.ndarray.types.Shape;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Stage;
import org.refract.model.sdxl.options.SdxlOptions;

/** Refuses requests that a model cannot carry out, each with a sentence. */
final class RequestChecks {

    /** Pixels of the largest picture: 8192 squared. */
    private static final long LARGEST = 1L << 26;

    private RequestChecks() {
    }

    static void check(ImageRequest request, SdxlParts parts) throws RefractException {
        int count = request.prompts().size();
        if (count == 0) {
            throw RefractException.usage("There is no prompt; give at least one, \"\" for an empty one.");
        }
        if (request.seeds().size() != count) {
            throw RefractException.usage("There are %d prompts and %d seeds; give one seed per prompt.", count, request.seeds().size());
        }
        int negative = request.negativePrompts().size();
        if (negative > 1 && negative != count) {
            throw RefractException.usage("There are %d prompts and %d negative prompts; give none, one for all, or one per prompt.", count, negative);
        }
        checkSize(request, parts.vae().config().scaleFactor());
        checkGuidance(request);
        SdxlOptions.check(request);
        checkStage(request, parts);
        StartChecks.check(request, parts);
    }

    private static void checkSize(ImageRequest request, int multiple) throws RefractException {
        if (request.height() < multiple || request.width() < multiple || request.height() % multiple != 0 || request.width() % multiple != 0) {
            throw RefractException.usage("A picture of %d x %d pixels cannot be made: height and width must be multiples of %d.",
                    request.height(), request.width(), multiple);
        }
        if ((long) request.height() * request.width() > LARGEST) {
            throw RefractException.usage("A picture of %d x %d pixels is too large; at most 8192 x 8192 pixels can be made.", request.height(),
                    request.width());
        }
    }

    private static void checkGuidance(ImageRequest request) throws RefractException {
        if (!Double.isFinite(request.guidance())) {
            throw RefractException.usage("The guidance scale is %s; it must be a number, and at most 1 means no guidance.", request.guidance());
        }
    }

    private static void checkStage(ImageRequest request, SdxlParts parts) throws RefractException {
        Stage stage = request.stage();
        if (!(stage.start() >= 0 && stage.start() < stage.end() && stage.end() <= 1)) {
            throw RefractException.usage("A stage from %s to %s is no part of the denoising: both lie between 0 and 1, and the start comes first.",
                    stage.start(), stage.end());
        }
        if (stage.start() > 0 && stage.latents().isEmpty() && request.start().isEmpty()) {
            throw RefractException.usage("A stage that starts at %s has nothing to go on from; give it the latents of an earlier stage or a picture.",
                    stage.start());
        }
        if (stage.latents().isPresent() && request.start().isPresent()) {
            throw RefractException.usage("The denoising can go on from the latents of an earlier stage or begin with a picture, not both.");
        }
        if (stage.latents().isPresent()) {
            int multiple = parts.vae().config().scaleFactor();
            Shape wanted = new Shape(request.prompts().size(), parts.vae().config().latentChannels(), request.height() / multiple,
                    request.width() / multiple);
            Shape given = stage.latents().get().getShape();
            if (!given.equals(wanted)) {
                throw RefractException.usage("The latents to go on from have the shape %s and the request needs %s.", given, wanted);
            }
            if (NotFinite.in(stage.latents().get())) {
                throw RefractException.usage("The latents to go on from hold numbers that are not finite; make them again.");
            }
        }
    }
}

package org.refract.model.sdxl;

import ai.djl.ndarray.types.Shape;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.MicroConditioning;
import org.refract.api.model.Stage;

/** Refuses requests that a model cannot carry out, each with a sentence. */
final class RequestChecks {

    /** Pixels of the largest picture: 8192 squared. */
    private static final long LARGEST = 1L << 26;

    private RequestChecks() {
    }

    /**
     * @param multiple pixels per latent position, of which sizes must be multiples
     * @param channels latent channels
     */
    static void check(ImageRequest request, int multiple, int channels) throws RefractException {
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
        if (request.height() < multiple || request.width() < multiple || request.height() % multiple != 0 || request.width() % multiple != 0) {
            throw RefractException.usage("A picture of %d x %d pixels cannot be made: height and width must be multiples of %d.",
                    request.height(), request.width(), multiple);
        }
        if ((long) request.height() * request.width() > LARGEST) {
            throw RefractException.usage("A picture of %d x %d pixels is too large; at most 8192 x 8192 pixels can be made.", request.height(),
                    request.width());
        }
        if (!Double.isFinite(request.guidance())) {
            throw RefractException.usage("The guidance scale is %s; it must be a number, and at most 1 means no guidance.", request.guidance());
        }
        MicroConditioning sizes = request.microConditioning();
        boolean positive = Stream.concat(sizes.original().stream(), sizes.target().stream()).allMatch(s -> s.height() > 0 && s.width() > 0);
        if (!positive || sizes.crop().top() < 0 || sizes.crop().left() < 0) {
            throw RefractException.usage("Original and target size must be at least 1 x 1 pixel, and the crop must not be negative.");
        }
        checkStage(request, multiple, channels);
    }

    private static void checkStage(ImageRequest request, int multiple, int channels) throws RefractException {
        Stage stage = request.stage();
        if (!(stage.start() >= 0 && stage.start() < stage.end() && stage.end() <= 1)) {
            throw RefractException.usage("A stage from %s to %s is no part of the denoising: both lie between 0 and 1, and the start comes first.",
                    stage.start(), stage.end());
        }
        if (stage.latents().isPresent()) {
            Shape wanted = new Shape(request.prompts().size(), channels, request.height() / multiple, request.width() / multiple);
            Shape given = stage.latents().get().getShape();
            if (!given.equals(wanted)) {
                throw RefractException.usage("The latents to go on from have the shape %s and the request needs %s.", given, wanted);
            }
        }
    }
}

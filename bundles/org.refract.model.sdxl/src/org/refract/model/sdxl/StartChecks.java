package org.refract.model.sdxl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.StartImage;

/** Refuses pictures and masks to begin with that do not fit the request or the model. */
final class StartChecks {

    private static final int COLOURS = 3;

    private StartChecks() {
    }

    static void check(ImageRequest request, SdxlParts parts) throws RefractException {
        boolean sees = Inpainting.seenBy(parts);
        if (sees && request.start().flatMap(StartImage::mask).isEmpty()) {
            throw RefractException.usage("This model was made to fill in masked pictures; give it a picture and a mask.");
        }
        if (request.start().isEmpty()) {
            return;
        }
        StartImage start = request.start().get();
        if (!(start.strength() > 0 && start.strength() <= 1)) {
            throw RefractException.usage("The strength is %s; it lies above 0, where nothing changes, and at most 1, where little stays.",
                    start.strength());
        }
        checkImage(request, start.image(), parts, sees);
        if (start.mask().isPresent()) {
            checkMask(request, start.mask().get());
        }
    }

    private static void checkImage(ImageRequest request, NDArray image, SdxlParts parts, boolean sees) throws RefractException {
        Shape given = image.getShape();
        int scale = parts.vae().config().scaleFactor();
        int channels = parts.vae().config().latentChannels();
        boolean latents = given.dimension() == 4 && given.get(1) == channels;
        if (given.dimension() != 4 || !latents && given.get(1) != COLOURS) {
            throw RefractException.usage("What to begin with has the shape %s; a picture has 3 channels and latents have %d.", given, channels);
        }
        checkRows("pictures to begin with", given.get(0), request.prompts().size());
        int shrink = latents ? scale : 1;
        if (given.get(2) * shrink != request.height() || given.get(3) * shrink != request.width()) {
            throw RefractException.usage("The %s to begin with %s %d x %d and the request asks for %d x %d pixels%s; resize one of them.",
                    latents ? "latents" : "picture", latents ? "have" : "has", given.get(2), given.get(3), request.height(), request.width(),
                    latents ? ", which are latents of %d x %d".formatted(request.height() / scale, request.width() / scale) : "");
        }
        if (latents && sees) {
            throw RefractException.usage("This model was made to fill in masked pictures; give it the picture itself, not its latents.");
        }
        if (NotFinite.in(image)) {
            throw RefractException.usage("The %s to begin with hold%s numbers that are not finite; make %s again.", latents ? "latents" : "picture",
                    latents ? "" : "s", latents ? "them" : "it");
        }
    }

    private static void checkMask(ImageRequest request, NDArray mask) throws RefractException {
        Shape given = mask.getShape();
        if (given.dimension() != 4 || given.get(1) != 1) {
            throw RefractException.usage("The mask has the shape %s; it has one channel, 1 where the picture is drawn anew.", given);
        }
        checkRows("masks", given.get(0), request.prompts().size());
        if (given.get(2) != request.height() || given.get(3) != request.width()) {
            throw RefractException.usage("The mask has %d x %d pixels and the picture %d x %d; resize one of them.", given.get(2), given.get(3),
                    request.height(), request.width());
        }
        if (NotFinite.in(mask)) {
            throw RefractException.usage("The mask holds numbers that are not finite; paint it again.");
        }
    }

    private static void checkRows(String what, long rows, int prompts) throws RefractException {
        if (rows != 1 && rows != prompts) {
            throw RefractException.usage("There are %d %s and %d prompts; give one for all, or one per prompt.", rows, what, prompts);
        }
    }
}

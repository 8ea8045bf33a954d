package org.refract.engine.draw;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.LatentSpace;
import org.refract.api.model.Noise;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;

/**
 * Two models that draw one picture: a base and a refiner. The picture before the refiner is kept; at a handoff it is the one that the base
 * predicts at that moment.
 *
 * @param base       draws first
 * @param refiner    goes on; on the same device
 * @param refinement how
 */
public record TwoStages(ImageModel base, ImageModel refiner, Refinement refinement) {

    /**
     * What both drew.
     *
     * @param base    latents and pictures that the refiner was given; pictures if the request asked for any
     * @param refined the result
     */
    public record Drawn(ImageBatch base, ImageBatch refined) implements AutoCloseable {
        @Override
        public void close() {
            base.close();
            refined.close();
        }
    }

    /**
     * Tells whether the two models can work together, before anything is drawn.
     *
     * @throws RefractException if they cannot: what does not fit
     */
    public TwoStages check() throws RefractException {
        LatentSpace first = space(base);
        LatentSpace second = space(refiner);
        if (first.finishes()) {
            throw RefractException.usage("%s is a refiner and cannot begin a picture; give the base model first.", base.info().name());
        }
        boolean handoff = refinement instanceof Refinement.Handoff;
        if (handoff && !second.finishes()) {
            throw RefractException.usage("%s is no refiner, so the denoising cannot be handed to it; give a refiner, or let it draw over the "
                    + "finished picture with a strength.", refiner.info().name());
        }
        Optional<String> mismatch = first.mismatch(second, handoff);
        if (mismatch.isPresent()) {
            throw RefractException.usage("%s cannot refine pictures of %s: %s.", refiner.info().name(), base.info().name(), mismatch.get());
        }
        switch (refinement) {
            case Refinement.Handoff(double at) when !(at > 0 && at < 1) ->
                throw RefractException.usage("A handoff after %s of the denoising leaves one of two models without work; "
                        + "give a share between 0 and 1.", at);
            case Refinement.Again(double strength) when !(strength > 0 && strength <= 1) ->
                throw RefractException.usage("The refiner's strength is %s; it lies above 0 and at most at 1.", strength);
            default -> {
                return this;
            }
        }
    }

    /**
     * Draws.
     *
     * @param request      what to draw, whole: its stage must be the whole denoising
     * @param baseHooks    hooks in the base
     * @param asRefined    what the refiner is asked differently (steps, guidance, aesthetic score, hooks are its own)
     * @param refinerHooks hooks in the refiner
     * @param owner        owns the returned tensors
     * @throws RefractException if the models do not fit together, or the request does not fit one of them
     */
    public Drawn draw(ImageRequest request, List<? extends Hook> baseHooks, UnaryOperator<ImageRequest> asRefined, List<? extends Hook> refinerHooks,
            Monitor monitor, NDManager owner) throws RefractException {
        check();
        if (!request.stage().equals(Stage.WHOLE)) {
            throw RefractException.usage("A request for two models must be for the whole denoising; leave its start and end out.");
        }
        ImageRequest first = switch (refinement) {
            case Refinement.Handoff(double at) -> request.withStage(Stage.until(at));
            case Refinement.Again again -> request;
        };
        ImageBatch drawn = base.generate(told(first, base), baseHooks, monitor, owner);
        try {
            ImageRequest second = asRefined.apply(told(request, refiner)).withNoise(new Noise(request.noise().given(), drawn.draws()));
            return new Drawn(drawn, refiner.generate(begun(second, drawn), refinerHooks, monitor, owner));
        } catch (RefractException | RuntimeException e) {
            drawn.close();
            throw e;
        }
    }

    /** A request without what is said to the other model alone: a refiner is told a score for a target size, and reads one prompt. */
    private static ImageRequest told(ImageRequest request, ImageModel model) {
        Set<String> understood = model.options().stream().map(Hyperparameter::name).collect(Collectors.toSet());
        return request.with(said -> said.only(understood));
    }

    /** A picture with a mask keeps what stays; there the refiner works on the base's latents under the same mask. */
    private ImageRequest begun(ImageRequest request, ImageBatch drawn) {
        Optional<StartImage> masked = request.start().filter(start -> start.mask().isPresent());
        return switch (refinement) {
            case Refinement.Handoff(double at) -> masked.isPresent()
                    ? request.withStage(new Stage(at, 1, Optional.empty())).withStart(new StartImage(drawn.latents(), 1, masked.get().mask()))
                    : request.withoutStart().withStage(Stage.from(at, drawn.latents()));
            case Refinement.Again(double strength) ->
                request.withStart(new StartImage(drawn.latents(), strength, masked.flatMap(StartImage::mask)));
        };
    }

    private static LatentSpace space(ImageModel model) throws RefractException {
        return model.latentSpace().orElseThrow(() -> RefractException.usage("%s cannot share the drawing of a picture with another model.",
                model.info().name()));
    }
}

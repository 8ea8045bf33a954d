package org.refract.cli.command;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.cli.command.RefinerOptions.Refinement;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Scope;

/**
 * Pictures of one model, or of a base model and a refiner (SDXL, section 2.5).
 *
 * @param pictures one per prompt
 * @param before   what the base alone makes of each, empty without a refiner
 */
record TwoStages(List<BufferedImage> pictures, List<BufferedImage> before) {

    /** Draws with one model. Call on the device's thread. */
    static TwoStages one(ImageModel model, ImageRequest request, List<Hook> hooks, Monitor monitor, Scope scope) throws RefractException {
        return new TwoStages(pictures(model, request, hooks, monitor, scope), List.of());
    }

    /** Draws with two. The hooks sit in the base. Call on the device's thread. */
    static TwoStages two(ImageModel base, ImageModel refiner, Refinement how, ImageRequest request, List<Hook> hooks, Monitor monitor, Scope scope)
            throws RefractException {
        if (how.strength().isPresent()) {
            ImageBatch finished = base.generate(request, hooks, monitor, scope.manager());
            ImageRequest anew = request.withStart(StartImage.of(finished.latents(), how.strength().get()));
            return new TwoStages(pictures(refiner, anew, List.of(), monitor, scope), finished.images().map(Pictures::of).orElseThrow());
        }
        ImageRequest first = request.withStage(Stage.until(how.handoff())).withDecode(false);
        ImageBatch handed = base.generate(first, hooks, monitor, scope.manager());
        ImageRequest rest = request.withStage(Stage.from(how.handoff(), handed.latents()));
        List<BufferedImage> alone = pictures(base, rest, hooks, monitor, scope);
        return new TwoStages(pictures(refiner, rest, List.of(), monitor, scope), alone);
    }

    private static List<BufferedImage> pictures(ImageModel model, ImageRequest request, List<Hook> hooks, Monitor monitor, Scope scope) throws RefractException {
        try (ImageBatch batch = model.generate(request, hooks, monitor, scope.manager())) {
            return batch.images().map(Pictures::of).orElseThrow();
        }
    }

    /** Denoising steps of a request, with those of a refiner, for showing progress. */
    static long steps(ImageRequest request, Optional<Double> strength, Optional<Refinement> how) {
        long base = Math.max(1, (long) (request.steps() * strength.orElse(1.0)));
        if (how.isEmpty()) {
            return base;
        }
        return base + Math.round(how.get().strength().map(s -> request.steps() * s).orElse(request.steps() * (1 - how.get().handoff())));
    }
}

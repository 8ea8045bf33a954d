package org.refract.engine.gradient;

import ai.djl.ndarray.NDManager;
import java.util.Comparator;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.GradientRequest;
import org.refract.api.model.Gradients;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Objective;
import org.refract.api.model.Objective.Target;
import org.refract.engine.kernel.KernelLibrary;

/**
 * Gradients of image models whose tensors are made by kernels. Memory holds what goes into each kernel between watched values and objective,
 * and of a {@link Recomputation} its inputs alone, so steps that lie behind cost a few latents each.
 */
public final class Differentiation {

    private Differentiation() {
    }

    /**
     * Runs a model and differentiates, as {@link ImageModel#gradients} says.
     *
     * @throws RefractException if a point is none of the model's, holds no real numbers, or is not passed in the wanted steps; or the
     *                          objective's target is not met
     */
    public static Gradients of(ImageModel model, ImageRequest request, GradientRequest wanted, List<? extends Hook> hooks, Monitor monitor,
            NDManager owner) throws RefractException {
        for (HookPoint point : wanted.points()) {
            model.require(point);
        }
        Objective objective = wanted.objective();
        ImageRequest run = switch (objective.target()) {
            case Target.Latents latents -> request.withDecode(false);
            case Target.Images images -> request.withDecode(true);
            case Target.At at -> request;
        };
        try (Tape tape = new Tape(owner)) {
            List<Hook> all = TapeHook.of(tape, hooks, wanted.points(), wanted.steps(), objective);
            return KernelLibrary.recorded(tape, () -> {
                try (ImageBatch batch = model.generate(run, all, monitor, tape.results())) {
                    switch (objective.target()) {
                        case Target.Latents latents -> tape.seed(batch.latents(), objective.function());
                        case Target.Images images -> tape.seed(batch.images().orElseThrow(), objective.function());
                        case Target.At at -> require(tape.isSeeded(), "step %d never passes %s, so there is no objective.", at.step(), at.point());
                    }
                    tape.back();
                }
                return result(tape, wanted, owner);
            });
        }
    }

    private static Gradients result(Tape tape, GradientRequest wanted, NDManager owner) throws RefractException {
        for (HookPoint point : wanted.points()) {
            require(!tape.refused().contains(point), "%s holds whole numbers, which have no gradient; choose its output.", point);
            require(tape.watched().stream().anyMatch(w -> w.point().equals(point)), "the wanted steps never pass %s.", point);
        }
        Comparator<Tape.Watched> order = Comparator.comparingInt((Tape.Watched w) -> w.pass().step())
                .thenComparingInt(w -> wanted.points().indexOf(w.point()));
        return new Gradients(tape.objective(), tape.watched().stream().sorted(order).map(w -> {
            w.value().attach(owner);
            w.slot().gradient().attach(owner);
            return new Gradients.Gradient(w.point(), w.pass(), w.value(), w.slot().gradient());
        }).toList());
    }

    private static void require(boolean holds, String sentence, Object... values) throws RefractException {
        if (!holds) {
            throw RefractException.usage("A gradient cannot be had: " + sentence, values);
        }
    }
}

package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

/** Gradients of image models whose tensors are made by kernels. */
public final class ImageGradients {

    private ImageGradients() {
    }

    /**
     * Runs a model and differentiates, as {@link ImageModel#gradients} says. Its outputs are {@link Objective#LATENTS} and {@link
     * Objective#IMAGES}; pictures are decoded only if the objective looks at them.
     *
     * @throws RefractException if a point is none of the model's, holds no real numbers, or is not passed in the wanted steps; or the
     *                          objective's target is not met
     */
    public static Gradients of(ImageModel model, ImageRequest request, GradientRequest wanted, List<? extends Hook> hooks, Monitor monitor,
            NDManager owner) throws RefractException {
        for (HookPoint point : wanted.points()) {
            model.require(point);
        }
        ImageRequest asked = switch (wanted.objective().target()) {
            case Target.Output output -> request.withDecode(output.name().equals(Objective.IMAGES));
            case Target.At at -> request;
        };
        Run run = (all, results) -> outputs(model.generate(asked, all, monitor, results));
        List<Leaf> leaves = wanted.points().stream().map(point -> (Leaf) new Leaf.Value(point, wanted.steps())).toList();
        Derivatives found = Differentiation.of(run, leaves, wanted.objective(), hooks, owner);
        double objective = found.objective();
        found.terms().forEach(NDArray::close);
        return new Gradients(objective, found.values());
    }

    private static Map<String, NDArray> outputs(ImageBatch batch) {
        Map<String, NDArray> outputs = new LinkedHashMap<>();
        outputs.put(Objective.LATENTS, batch.latents());
        batch.images().ifPresent(images -> outputs.put(Objective.IMAGES, images));
        return outputs;
    }
}

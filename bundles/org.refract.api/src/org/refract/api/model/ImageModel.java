package org.refract.api.model;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/** A text-to-image model. */
public interface ImageModel extends Model {

    /** What a person who chooses nothing gets: size, steps, guidance. */
    ImageRequest defaults();

    /** The latents that it works on, for models that can share the drawing of a picture with another one; empty for all others. */
    default Optional<LatentSpace> latentSpace() {
        return Optional.empty();
    }

    /**
     * Says what was added to the model and acts on none of some requests, such as a learnt word that stands in no prompt; what a single
     * request asks for in vain, {@link #generate} says in notes.
     *
     * @param requests all that the model is opened for
     * @return a sentence each
     * @throws RefractException if a request makes no sense
     */
    default List<String> idle(List<ImageRequest> requests) throws RefractException {
        return List.of();
    }

    /**
     * How many calls of {@link #generate} like this one are best made side by side, each on a thread of its own whose operations take one
     * thread. 1, unless the model says otherwise: one call after another, all on the device's thread. A model that says more lets its calls
     * come from several threads at once; so do dictionaries whose hooks sit in it.
     *
     * @param request the size, steps and number of pictures of each call
     */
    default int lanes(ImageRequest request) {
        return 1;
    }

    /**
     * Runs the model. The same request gives the same images on every run, whatever else runs in the batch. Pictures that cannot be
     * computed together without that, such as those of prompts that take different numbers of windows, are computed in several groups, one
     * after the other in the order of their first pictures; to a hook each group is a batch of its own.
     *
     * @param request what to draw
     * @param hooks   what to read or change on the way, applied in this order at each point; each adds nothing to the cost
     *                of the modules it does not sit in
     * @param monitor one unit of progress per denoising step
     * @param owner   owns the returned tensors; everything else is freed before this returns
     * @throws RefractException if the request does not fit the model or a hook names no hook point of it
     */
    ImageBatch generate(ImageRequest request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException;

    @Override
    default Output run(Request request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException {
        if (request instanceof ImageRequest image) {
            return generate(image, hooks, monitor, owner);
        }
        throw refused(request, "draws pictures");
    }

    /**
     * Runs the model and differentiates a number made of its results with respect to values at hook points. The hooks' own changes are
     * differentiated too, as far as they are made with kernels or with operations that PyTorch differentiates; others count as constants.
     * Hooks may be called twice for one pass, because memory is saved by computing parts of the run again.
     *
     * @param request what to draw
     * @param wanted  which gradients
     * @param hooks   as for {@link #generate}
     * @param monitor one unit of progress per denoising step
     * @param owner   owns the returned tensors; everything else is freed before this returns
     * @throws RefractException if the request does not fit the model, a hook names no hook point of it, or the model has no gradients
     */
    default Gradients gradients(ImageRequest request, GradientRequest wanted, List<? extends Hook> hooks, Monitor monitor, NDManager owner)
            throws RefractException {
        throw RefractException.usage("%s cannot be differentiated; choose a method that needs no gradients.", info().name());
    }
}

package org.refract.api.model;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;

/**
 * An opened model. It owns its weights until it is closed; all its methods that take or make tensors are called on its
 * device's thread. An {@link ImageModel} or a {@link LanguageModel}; what it is asked is a {@link Request}.
 */
public interface Model extends AutoCloseable {

    /** What it is. */
    ModelInfo info();

    /** Where it computes. */
    Placement placement();

    /** Every module that can be hooked, in the order of the forward pass. */
    List<HookPointInfo> hookPoints();

    /** The hook points that a person who does not choose should get; for SDXL the four of <em>Unpacking SDXL Turbo</em>. */
    List<HookPoint> defaultHookPoints();

    /** The module at a path. */
    default Optional<HookPointInfo> hookPoint(String path) {
        return hookPoints().stream().filter(p -> p.path().equals(path)).findFirst();
    }

    /**
     * The module of a hook point.
     *
     * @throws RefractException if the model has no such module, with the nearest names it has; or no such site
     */
    default HookPointInfo require(HookPoint point) throws RefractException {
        HookPointInfo info = hookPoint(point.path()).orElseThrow(() -> RefractException.usage(
                "%s has no hook point '%s'%s", info().name(), point.path(), HookPointNames.suggestion(point.path(), hookPoints())));
        if (point.site() == Site.UPDATE && !info.update()) {
            throw RefractException.usage("'%s' has no update, because its input and output differ in shape; use %s:output.",
                    point.path(), point.path());
        }
        return info;
    }

    /** What can be said to this model in a request's {@link Options}, besides what every model of its kind understands. */
    default List<Hyperparameter> options() {
        return List.of();
    }

    /**
     * Runs the model. The same request gives the same numbers on every run, whatever else runs in the batch.
     *
     * @param request what is asked
     * @param hooks   what to read or change on the way, applied in this order at each point; each adds nothing to the cost of the modules it does not
     *                sit in
     * @param monitor units of progress as the kind of model counts them
     * @param owner   owns the returned tensors; everything else is freed before this returns
     * @throws RefractException if the request is of a kind that the model does not take, or does not fit it; or a hook names no hook point of it
     */
    Output run(Request request, List<? extends Hook> hooks, Monitor monitor, NDManager owner) throws RefractException;

    /**
     * The refusal of a request of another kind.
     *
     * @param does what the model does, such as "draws pictures"
     */
    default RefractException refused(Request request, String does) {
        return RefractException.usage("%s %s; a request of the kind '%s' is for another model.", info().name(), does, request.kind());
    }

    @Override
    void close();
}

package org.refract.api.model;

import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * An opened model. It owns its weights until it is closed; all its methods that take or make tensors are called on its
 * device's thread. An {@link ImageModel} or a {@link LanguageModel}.
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

    @Override
    void close();
}

package org.refract.engine.intervene;

import java.util.List;
import org.refract.api.model.HookPoint;

/**
 * What was active at one hook point during a run.
 *
 * @param point  the hook point
 * @param passes one per denoising step
 */
public record PointActivity(HookPoint point, List<StepCodes> passes) {

    /** The features with the largest mean activation over positions and steps. */
    public List<ActiveFeature> strongest(int example, int limit) {
        return StepCodes.strongest(passes, example, limit);
    }

    /** The same for one step, counted from 0. */
    public List<ActiveFeature> strongest(int example, int step, int limit) {
        return passes.get(step).strongest(example, limit);
    }
}

package org.refract.api.model;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which gradients are wanted of a run.
 *
 * @param objective of what
 * @param points    with respect to the values at these hook points
 * @param steps     in these steps, from 0; memory for their values and gradients is needed
 */
public record GradientRequest(Objective objective, List<HookPoint> points, IntPredicate steps) {

    public GradientRequest {
        points = List.copyOf(points);
    }

    /** In every step. */
    public static GradientRequest of(Objective objective, List<HookPoint> points) {
        return new GradientRequest(objective, points, step -> true);
    }
}

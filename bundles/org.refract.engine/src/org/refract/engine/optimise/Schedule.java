package org.refract.engine.optimise;

import org.refract.api.RefractException;
import org.refract.api.Settings;

/**
 * How the learning rate changes. It grows from 0 in the warm-up, {@code step / warmup} as
 * dictionary_learning's, and falls from {@code decayStart} on within {@code decay} steps to {@code end}, as SAELens' schedulers.
 *
 * @param warmup     steps in which the learning rate grows
 * @param shape      of its fall
 * @param decayStart the first step of it
 * @param decay      its steps
 * @param end        the rate after it
 */
public record Schedule(long warmup, Shape shape, long decayStart, long decay, double end) {

    /** How the rate falls. */
    public enum Shape {
        /** It does not. */
        CONSTANT,
        /** By the same amount in every step. */
        LINEAR,
        /** By half a period of a cosine (Loshchilov and Hutter 2017, SGDR). */
        COSINE
    }

    static Schedule of(Settings s) throws RefractException {
        s.within("lr_end", 0, s.real("lr"));
        Shape shape = switch (s.text("lr_schedule")) {
            case "linear" -> Shape.LINEAR;
            case "cosine" -> Shape.COSINE;
            default -> Shape.CONSTANT;
        };
        s.within("decay_steps", shape == Shape.CONSTANT ? 0 : 1, Long.MAX_VALUE);
        return new Schedule(s.integer("warmup_steps"), shape, s.integer("decay_start_step"), s.integer("decay_steps"), s.real("lr_end"));
    }

    /** The learning rate of a step over its full value {@code lr}. */
    double share(double lr, long step) {
        double grown = grown(step, warmup);
        double fallen = shape == Shape.CONSTANT ? 0 : Math.clamp((double) (step - decayStart) / decay, 0, 1);
        double left = shape == Shape.COSINE ? (1 + Math.cos(Math.PI * fallen)) / 2 : 1 - fallen;
        return grown * (end / lr + (1 - end / lr) * left);
    }

    /** What grows evenly from 0 to 1 within some steps, in a step counted from 0. */
    public static double grown(long step, long steps) {
        return steps == 0 ? 1 : Math.min((double) step / steps, 1);
    }
}

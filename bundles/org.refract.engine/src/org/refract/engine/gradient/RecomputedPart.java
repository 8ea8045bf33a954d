package org.refract.engine.gradient;

import java.util.List;

/**
 * A part of which only the inputs are kept.
 *
 * @param watched whether something inside is watched, so that it must be computed again in any case
 */
record RecomputedPart(Tape tape, Recomputation.Part part, List<Slot> inputs, Slot output, boolean watched) implements Operation {

    @Override
    public List<Slot> outputs() {
        return List.of(output);
    }

    @Override
    public void back() {
        if (watched || output.hasGradient()) {
            tape.again(this);
        }
    }
}

package org.refract.engine.gradient;

import java.util.List;

/** The same value under another name. */
record Renaming(Slot from, Slot to) implements Operation {

    @Override
    public List<Slot> outputs() {
        return List.of(to);
    }

    @Override
    public void back() {
        if (to.hasGradient()) {
            from.add(to.gradient());
        }
    }
}

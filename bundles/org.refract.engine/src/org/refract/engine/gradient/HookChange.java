package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * A hook's own change of a value, with the graph that PyTorch made of it.
 *
 * @param leaf    the value that the hook was given
 * @param changed what it gave back
 */
record HookChange(NDManager owner, Slot from, NDArray leaf, NDArray changed, Slot to) implements Operation {

    @Override
    public List<Slot> outputs() {
        return List.of(to);
    }

    @Override
    public void back() {
        if (to.hasGradient()) {
            try (NDManager step = owner.newSubManager()) {
                Calculus.products(step, List.of(changed), List.of(leaf), List.of(to.gradient())).forEach(from::add);
            }
        }
        leaf.close();
        changed.close();
    }
}

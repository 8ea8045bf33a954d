package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What a solver remembers of earlier steps, the latest first; the eldest is closed when there is no more room. */
final class Kept {

    private final NDManager owner;
    private final int most;
    private final Deque<NDArray> tensors = new ArrayDeque<>();

    Kept(NDManager owner, int most) {
        this.owner = owner;
        this.most = most;
    }

    NDManager owner() {
        return owner;
    }

    /** Takes a tensor over. */
    void add(NDArray tensor) {
        tensor.attach(owner);
        tensors.addFirst(tensor);
        if (tensors.size() > most) {
            tensors.removeLast().close();
        }
    }

    int size() {
        return tensors.size();
    }

    /** The one that was added so many times ago. */
    NDArray get(int ago) {
        return all().get(ago);
    }

    /** All of them, the latest first. */
    List<NDArray> all() {
        return List.copyOf(tensors);
    }
}

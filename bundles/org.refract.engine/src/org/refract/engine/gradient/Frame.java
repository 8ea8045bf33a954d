package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was recorded of one stretch of a run, in order. */
final class Frame implements AutoCloseable {

    private final NDManager manager;
    private final Map<NDArray, Slot> parameters;
    private final Map<NDArray, Slot> slots = new IdentityHashMap<>();
    private final List<Operation> operations = new ArrayList<>();

    /** @param parameters slots that every frame finds, however deep it lies */
    Frame(NDManager parent, Map<NDArray, Slot> parameters) {
        this.manager = parent.newSubManager();
        this.parameters = parameters;
    }

    NDManager manager() {
        return manager;
    }

    /** The slot of a tensor that was read or made here, or of a parameter. */
    Optional<Slot> find(NDArray tensor) {
        Slot slot = slots.get(tensor);
        return Optional.ofNullable(slot != null ? slot : parameters.get(tensor));
    }

    boolean tracks(Object argument) {
        return switch (argument) {
            case NDArray tensor -> find(tensor).filter(Slot::isTracked).isPresent();
            case List<?> list -> list.stream().anyMatch(this::tracks);
            case null, default -> false;
        };
    }

    /** The slot of a tensor that is read; its memory is kept. */
    Slot read(NDArray tensor) {
        Slot slot = find(tensor).orElseGet(() -> {
            Slot made = new Slot(manager, false, false);
            slots.put(tensor, made);
            return made;
        });
        slot.hold(tensor);
        return slot;
    }

    /** A kernel's arguments with slots for tensors. */
    Object read(Object argument) {
        return switch (argument) {
            case NDArray tensor -> read(tensor);
            case List<?> list -> list.stream().map(this::read).toList();
            case null, default -> argument;
        };
    }

    /** The slot of a tensor that an operation made of tracked ones. */
    Slot made(NDArray tensor) {
        Slot slot = new Slot(manager, true, false);
        slots.put(tensor, slot);
        return slot;
    }

    /** Gives a tensor a slot of another frame, or one that is kept. */
    void put(NDArray tensor, Slot slot) {
        slots.put(tensor, slot);
    }

    void add(Operation operation) {
        operations.add(operation);
    }

    /** Carries gradients from the last operation to the first, freeing each when it is done. */
    void back() {
        while (!operations.isEmpty()) {
            Operation last = operations.removeLast();
            last.back();
            last.outputs().forEach(Slot::free);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}

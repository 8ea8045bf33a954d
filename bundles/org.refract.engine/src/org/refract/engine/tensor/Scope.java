package org.refract.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.Owner;

/**
 * The owner of tensors: what is made in a scope is freed when the scope closes, unless it was handed to another one.
 *
 * <pre>
 * try (Scope step = scope.child()) {
 *   NDArray loss = kernels.call(step, "loss", x);
 *   step.promote(loss, scope);
 * }
 * </pre>
 */
public final class Scope implements Owner, AutoCloseable {

    private final NDManager manager;
    private final Placement placement;

    private Scope(NDManager manager, Placement placement) {
        this.manager = manager;
        this.placement = placement;
    }

    /** A scope of its own on a device. */
    public static Scope open(Placement placement) {
        return new Scope(NDManager.newBaseManager(Devices.device(placement), "PyTorch"), placement);
    }

    /** A scope inside this one: it may be closed earlier and is closed with this one at the latest. */
    public Scope child() {
        return new Scope(manager.newSubManager(), placement);
    }

    /** A scope inside an existing DJL manager, for code that was handed a tensor and no scope. */
    public static Scope in(NDManager parent, Placement placement) {
        return new Scope(parent.newSubManager(), placement);
    }

    /** DJL's manager of this scope's tensors. */
    @Override
    public NDManager manager() {
        return manager;
    }

    /** Where this scope's tensors lie. */
    public Placement placement() {
        return placement;
    }

    /** Hands a tensor of any scope to {@code owner} and returns it. */
    public NDArray promote(NDArray tensor, Scope owner) {
        tensor.attach(owner.manager);
        return tensor;
    }

    /** Hands a tensor of any scope to a DJL manager and returns it. */
    public NDArray promote(NDArray tensor, NDManager owner) {
        tensor.attach(owner);
        return tensor;
    }

    /** Takes tensors made elsewhere into this scope. */
    public NDList adopt(NDList tensors) {
        tensors.attach(manager);
        return tensors;
    }

    /** Takes a tensor made elsewhere into this scope. */
    public NDArray adopt(NDArray tensor) {
        tensor.attach(manager);
        return tensor;
    }

    /** How many tensors this scope and its children hold now. */
    public int liveTensors() {
        return manager.isOpen() ? manager.getManagedArrays().size() : 0;
    }

    /** Whether the scope has not been closed. */
    public boolean isOpen() {
        return manager.isOpen();
    }

    @Override
    public void close() {
        manager.close();
    }
}

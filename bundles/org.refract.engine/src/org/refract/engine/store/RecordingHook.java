package org.refract.engine.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Pass;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Positions;

/** Keeps what passes a hook point in one run: of a guided batch the conditional half. Leaves the run unchanged. */
public final class RecordingHook implements Hook {

    private static final KernelLibrary KERNELS = KernelLibrary.of(RecordingHook.class, "store.ts.py");

    private final HookPoint point;
    private final NDManager owner;
    private final List<NDArray> passes = new ArrayList<>();
    private Positions positions = new Positions(0, 0, 0);

    /** @param owner owns what is kept */
    public RecordingHook(HookPoint point, NDManager owner) {
        this.point = point;
        this.owner = owner;
    }

    @Override
    public HookPoint point() {
        return point;
    }

    @Override
    public NDArray apply(Pass pass, NDArray value) {
        try (NDManager step = owner.newSubManager()) {
            NDArray kept = KERNELS.call(step, "conditional", value, pass.examples());
            positions = Positions.of(kept);
            passes.add(Positions.rows(owner, kept));
        }
        return value;
    }

    /** Shape of what was kept; examples is the batch of the last pass. */
    public Positions positions() {
        return positions;
    }

    /** How many passes were kept. */
    public int passes() {
        return passes.size();
    }

    /** {@code (examples, steps, rows · columns, width)} float32. */
    public NDArray update() {
        return KERNELS.call(owner, "stack", passes, positions.examples());
    }
}

package org.refract.engine.tensor;

import ai.djl.pytorch.jni.TensorFloat32;
import java.util.concurrent.locks.ReentrantLock;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;

/**
 * While one is open, products of float32 tensors may round their factors to TensorFloat32 (10 bits of mantissa), which a GPU multiplies
 * several times as fast; sums stay float32. Closing it restores what was before.
 *
 * <p>libtorch has one switch for the process: those who want it take turns, and float32 products that another device computes at the same
 * moment are rounded too.
 */
public final class TensorFloat32Products implements AutoCloseable {

    private static final KernelLibrary KERNELS = KernelLibrary.of(TensorFloat32Products.class, "tf32.ts.py");
    private static final ReentrantLock TURN = new ReentrantLock();

    private final TensorFloat32 allowance;
    private final boolean before;

    private TensorFloat32Products(TensorFloat32 allowance) {
        this.allowance = allowance;
        this.before = allowance.allowed();
        allowance.allow(true);
    }

    /** Waits for its turn and begins; {@link #check} was called before. */
    public static TensorFloat32Products begin() {
        TURN.lock();
        try {
            return new TensorFloat32Products(TensorFloat32.find().orElseThrow(() -> new IllegalStateException("libtorch's switch was not looked for")));
        } catch (RuntimeException e) {
            TURN.unlock();
            throw e;
        }
    }

    /**
     * Tries a product whose factors TensorFloat32 cannot hold.
     *
     * @throws RefractException if libtorch has no switch here, or the device computes in float32 all the same
     */
    public static void check(Placement placement) throws RefractException {
        try (Scope scope = Scope.open(placement)) {
            Tensors.zeros(scope.manager(), 1).close();
            if (TensorFloat32.find().isEmpty()) {
                throw RefractException.usage("This build of libtorch has no switch for tf32 products that Refract can reach: take products of fp32 or bf16.");
            }
            try (TensorFloat32Products on = begin()) {
                if (Tensors.longs(KERNELS.call(scope, "rounds", placement.device()))[0] == 0) {
                    throw RefractException.usage("%s has no tf32 products, which NVIDIA GPUs have from compute capability 8.0 on: take products of fp32 or bf16.",
                            placement.device());
                }
            }
        }
    }

    @Override
    public void close() {
        allowance.allow(before);
        TURN.unlock();
    }
}

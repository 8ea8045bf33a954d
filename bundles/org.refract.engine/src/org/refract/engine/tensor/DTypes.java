package org.refract.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;

/**
 * The only place where a tensor changes its element type or device. DJL's own {@code toType}, {@code toDevice} and {@code create} end the
 * process on bfloat16 and int16 and stop gradients silently. Inside a kernel {@code x.to(torch.bfloat16)} is safe, and gradients flow
 * through it.
 */
public final class DTypes {

    private static final KernelLibrary KERNELS = KernelLibrary.of(DTypes.class, "casts.ts.py");

    private DTypes() {
    }

    /** {@code x} as {@code type}, in the scope of {@code out}; the same memory if it has that type already. */
    public static NDArray cast(NDManager out, NDArray x, TorchType type) {
        return KERNELS.call(out, "cast", x, type.number());
    }

    /** {@code x} as {@code type}, in the scope that holds {@code x}. */
    public static NDArray cast(NDArray x, TorchType type) {
        return cast(x.getManager(), x, type);
    }

    /** {@code x} as DJL's {@code type}, in the scope that holds {@code x}. */
    public static NDArray cast(NDArray x, DataType type) {
        return cast(x, TorchType.of(type));
    }

    /** {@code x} in the placement's element type and on its device, in the scope of {@code out}. */
    public static NDArray place(NDManager out, NDArray x, Placement placement) {
        return KERNELS.call(out, "place", x, TorchType.of(placement).number(), placement.device());
    }

    /** {@code x} on the placement's device with its own element type. */
    public static NDArray move(NDManager out, NDArray x, Placement placement) {
        return KERNELS.call(out, "move", x, placement.device());
    }

    /** A copy of the bytes of {@code x} read as another type; the last dimension takes the change of size. */
    public static NDArray reinterpret(NDManager out, NDArray x, TorchType type) {
        return KERNELS.call(out, "reinterpret", x, type.number());
    }

    /** A contiguous copy with memory of its own. */
    public static NDArray copy(NDManager out, NDArray x) {
        return KERNELS.call(out, "copy", x);
    }

    /** 1 if no number of {@code x} is NaN or infinite, else 0, int64. */
    static NDArray finite(NDManager out, NDArray x) {
        return KERNELS.call(out, "finite", x);
    }

    /** {@code x} on the CPU as {@code type}, contiguous. */
    static NDArray onCpu(NDManager out, NDArray x, TorchType type) {
        return KERNELS.call(out, "on_cpu", x, type.number());
    }

    /** The bytes of {@code x} on the CPU, a flat uint8 tensor. */
    static NDArray bytes(NDManager out, NDArray x) {
        return KERNELS.call(out, "bytes", x);
    }

    /** The element type of a tensor, also of those DJL cannot name. */
    public static TorchType of(NDArray x) {
        DataType type = x.getDataType();
        Optional<TorchType> known = type == DataType.UNKNOWN ? Optional.empty() : Optional.of(TorchType.of(type));
        return known.orElseGet(
                () -> {
                    try (NDManager step = x.getManager().newSubManager();
                            NDArray number = KERNELS.call(step, "scalar_type", x)) {
                        return TorchType.ofNumber((int) Tensors.longs(number)[0]);
                    }
                });
    }
}

package org.refract.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Java arrays to tensors and back. Values are in row-major order. Reading back copies, converts a tensor of any element type and waits for
 * the device.
 *
 * <p>A tensor made here owns its memory. One that DJL's {@code create} makes does not: it looks at a Java buffer that may be collected once
 * that {@code NDArray} is closed, although a kernel's result may still look at it.
 */
public final class Tensors {

    private Tensors() {
    }

    /** A float32 tensor. */
    public static NDArray of(NDManager out, float[] values, long... shape) {
        return owned(out, out.create(values, shape(values.length, shape)));
    }

    /** A float64 tensor. */
    public static NDArray of(NDManager out, double[] values, long... shape) {
        return owned(out, out.create(values, shape(values.length, shape)));
    }

    /** An int64 tensor. */
    public static NDArray of(NDManager out, long[] values, long... shape) {
        return owned(out, out.create(values, shape(values.length, shape)));
    }

    /** An int32 tensor. */
    public static NDArray of(NDManager out, int[] values, long... shape) {
        return owned(out, out.create(values, shape(values.length, shape)));
    }

    /** A uint8 tensor. */
    public static NDArray of(NDManager out, byte[] values, long... shape) {
        ByteBuffer memory = ByteBuffer.allocateDirect(values.length).put(values).flip();
        return owned(out, out.create(memory, shape(values.length, shape), DataType.UINT8));
    }

    /** A float32 tensor of zeros. */
    public static NDArray zeros(NDManager out, long... shape) {
        return out.zeros(new Shape(shape));
    }

    /** The values of a floating tensor. */
    public static float[] floats(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return onCpu(step, x, TorchType.FLOAT32).toFloatArray();
        }
    }

    /** The values of a floating tensor in double precision. */
    public static double[] doubles(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return onCpu(step, x, TorchType.FLOAT64).toDoubleArray();
        }
    }

    /** The values of an integer tensor. */
    public static long[] longs(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return onCpu(step, x, TorchType.INT64).toLongArray();
        }
    }

    /** The values of an integer tensor that fit 32 bits. */
    public static int[] ints(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return onCpu(step, x, TorchType.INT32).toIntArray();
        }
    }

    /** The values of a uint8 tensor. */
    public static byte[] bytes(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return onCpu(step, x, TorchType.UINT8).toByteArray();
        }
    }

    /** The one value of a tensor with one element. */
    public static double scalar(NDArray x) {
        double[] values = doubles(x);
        if (values.length != 1) {
            throw new IllegalArgumentException("a scalar is wanted, the tensor has shape " + x.getShape());
        }
        return values[0];
    }

    /** Whether no number of a tensor is NaN or infinite. */
    public static boolean areFinite(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return longs(DTypes.finite(step, x))[0] == 1;
        }
    }

    /** The little-endian bytes of a tensor of any element type, as they stand in a tensor file. */
    public static ByteBuffer raw(NDArray x) {
        try (NDManager step = x.getManager().newSubManager()) {
            return DTypes.bytes(step, x).toByteBuffer(false).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static NDArray owned(NDManager out, NDArray looking) {
        try (looking) {
            return DTypes.copy(out, looking);
        }
    }

    private static NDArray onCpu(NDManager step, NDArray x, TorchType type) {
        return DTypes.onCpu(step, x, type);
    }

    private static Shape shape(int count, long[] shape) {
        Shape wanted = shape.length == 0 && count != 1 ? new Shape(count) : new Shape(shape);
        if (wanted.size() != count) {
            throw new IllegalArgumentException(count + " values do not fill a tensor of shape " + wanted);
        }
        return wanted;
    }
}

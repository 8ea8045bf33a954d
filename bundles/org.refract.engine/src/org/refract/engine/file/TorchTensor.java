package org.refract.engine.file;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.refract.engine.tensor.TorchType;

/**
 * A tensor of a torch file, described.
 *
 * @param type    of its elements
 * @param shape   its dimensions, none for a scalar
 * @param strides elements from one index to the next in each dimension, as the file has them
 */
public record TorchTensor(TorchType type, Shape shape, long[] strides) {

    /** Whether a matrix lies in the file column by column, as sdxl-unbox keeps its decoder. */
    public boolean isColumnMajor() {
        return shape.dimension() == 2 && strides[0] == 1 && strides[1] == shape.get(0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TorchTensor t && type == t.type && shape.equals(t.shape) && Arrays.equals(strides, t.strides);
    }

    @Override
    public String toString() {
        return type + " " + shape + " with strides " + Arrays.toString(strides);
    }

    @Override
    public int hashCode() {
        return shape.hashCode();
    }
}

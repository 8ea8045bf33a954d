package org.refract.nn.weights;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * Where in a file a weight of the module tree lies: a tensor, or one of several weights that a tensor holds one below the other.
 *
 * @param name       the tensor's name in the file
 * @param index      which of them, from 0
 * @param count      how many weights the tensor holds
 * @param transposed whether the file has rows for columns
 */
public record Origin(String name, int index, int count, boolean transposed) {

    /** A whole tensor. */
    public static Origin of(String name) {
        return new Origin(name, 0, 1, false);
    }

    /** The same with {@code prefix} before the name. */
    Origin under(String prefix) {
        return new Origin(prefix + name, index, count, transposed);
    }

    /** The weight's shape, where the tensor has {@code shape}; empty if it cannot be cut so. */
    long[] shape(Shape shape) {
        long[] sizes = shape.getShape();
        if (count > 1 && (sizes.length == 0 || sizes[0] % count != 0) || transposed && sizes.length != 2) {
            return new long[0];
        }
        if (count > 1) {
            sizes = sizes.clone();
            sizes[0] /= count;
        }
        return transposed ? new long[] {sizes[1], sizes[0]} : sizes;
    }

    /** The shape of the tensor that holds a weight of a shape. */
    long[] whole(long[] weight) {
        long[] sizes = transposed ? new long[] {weight[1], weight[0]} : weight.clone();
        sizes[0] *= count;
        return sizes;
    }

    /** Whether the tensor, so cut, has the shape of a weight; a linear layer and a convolution of size 1 hold the same numbers. */
    boolean fits(Shape there, long[] wanted) {
        long[] cut = shape(there);
        if (cut.length > 2 && wanted.length == 2) {
            return cut[0] == wanted[0] && cut[1] == wanted[1] && Arrays.stream(cut, 2, cut.length).allMatch(n -> n == 1);
        }
        return Arrays.equals(cut, wanted) && (there.dimension() > 0 || wanted.length == 0);
    }
}

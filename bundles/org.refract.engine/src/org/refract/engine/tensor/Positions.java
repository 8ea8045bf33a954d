package org.refract.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.refract.engine.kernel.KernelLibrary;

/**
 * Values at hook points as rows, one per spatial position or token: what a sparse autoencoder reads.
 *
 * @param examples batch size
 * @param rows     height of the map; 1 for a sequence or a vector
 * @param columns  width of the map, or length of the sequence
 */
public record Positions(int examples, int rows, int columns) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Positions.class, "positions.ts.py");

    /** How a value is laid out: {@code (B, C, rows, columns)}, {@code (B, positions, C)} or {@code (B, C)}. */
    public static Positions of(NDArray value) {
        Shape shape = value.getShape();
        return switch (shape.dimension()) {
            case 4 -> new Positions((int) shape.get(0), (int) shape.get(2), (int) shape.get(3));
            case 3 -> new Positions((int) shape.get(0), 1, (int) shape.get(1));
            case 2 -> new Positions((int) shape.get(0), 1, 1);
            default -> throw new IllegalArgumentException("a value of shape " + shape + " has no positions");
        };
    }

    /** Positions of one example. */
    public int perExample() {
        return rows * columns;
    }

    /** {@code (examples · positions, C)} float32, examples first, then positions in row-major order. */
    public static NDArray rows(NDManager out, NDArray value) {
        return KERNELS.call(out, "rows", value);
    }
}

package org.refract.nn;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/** A weight that the module tree declares by name and shape, and that a checkpoint fills. */
public final class Parameter {

    private final String path;
    private final long[] shape;
    private volatile NDArray value;
    private Optional<Supplier<NDArray>> source = Optional.empty();

    Parameter(String path, long... shape) {
        this.path = path;
        this.shape = shape;
    }

    /** The checkpoint's own path, led by the part ({@code unet.conv_in.weight}). */
    public String path() {
        return path;
    }

    public long[] shape() {
        return shape.clone();
    }

    /** Number of values. */
    public long size() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** Whether this is the kernel of a 2-d convolution, {@code (out, in, height, width)}. */
    public boolean isConvolution() {
        return shape.length == 4;
    }

    /** The weight itself; may be asked for from several lanes. */
    public NDArray value() {
        NDArray known = value;
        return known == null ? read() : known;
    }

    private synchronized NDArray read() {
        if (value == null) {
            value = source.orElseThrow(() -> new IllegalStateException(path + " is not loaded")).get();
            source = Optional.empty();
        }
        return value;
    }

    /** Fills it; the tensor stays with its owner. */
    public void fill(NDArray tensor) {
        value = tensor;
        source = Optional.empty();
    }

    /** Fills it when it is first asked for. */
    public void fillLater(Supplier<NDArray> tensor) {
        value = null;
        source = Optional.of(tensor);
    }
}

package org.refract.engine.file;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.engine.tensor.TorchType;

/**
 * A tensor of a safetensors file.
 *
 * @param name the checkpoint's own name
 * @param dtype the file's name of the element type, {@code F32}, {@code BF16}, ...
 * @param shape its dimensions, none for a scalar
 * @param file the file that holds it
 * @param offset its first byte in the file
 * @param length its bytes
 */
public record TensorInfo(String name, String dtype, Shape shape, Path file, long offset, long length) {

    /** The element type, if this engine computes with it. */
    public Optional<TorchType> type() {
        return TorchType.ofSafetensors(dtype);
    }
}

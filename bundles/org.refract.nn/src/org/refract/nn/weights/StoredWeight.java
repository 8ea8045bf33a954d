package org.refract.nn.weights;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;

/**
 * A tensor of a file of weights, described.
 *
 * @param name  the file's own name
 * @param dtype safetensors' name of the element type, {@code F32}, {@code BF16}, ...
 * @param shape its dimensions, none for a scalar
 * @param file  the file that holds it
 */
public record StoredWeight(String name, String dtype, Shape shape, Path file) {
}

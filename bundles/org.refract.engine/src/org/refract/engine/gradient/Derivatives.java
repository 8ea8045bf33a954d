package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.refract.api.model.Gradients.Gradient;
import org.refract.engine.tensor.Tensors;

/**
 * An objective and its gradients; on a GPU they need not have been computed yet.
 *
 * @param terms      the objective: one number of one element for each time its target was met, in its order; their sum is its value
 * @param values     one for each time a wanted hook point was passed, by step and then in the order of the leaves
 * @param parameters the gradient by each parameter in the order of the leaves, in its shape; zeros where the objective does not depend on it
 */
public record Derivatives(List<NDArray> terms, List<Gradient> values, List<NDArray> parameters) implements AutoCloseable {

    /** Copies the lists. */
    public Derivatives {
        terms = List.copyOf(terms);
        values = List.copyOf(values);
        parameters = List.copyOf(parameters);
    }

    /** The objective's value; waits for the device. */
    public double objective() {
        return terms.stream().mapToDouble(Tensors::scalar).sum();
    }

    @Override
    public void close() {
        terms.forEach(NDArray::close);
        parameters.forEach(NDArray::close);
        for (Gradient gradient : values) {
            gradient.value().close();
            gradient.gradient().close();
        }
    }
}

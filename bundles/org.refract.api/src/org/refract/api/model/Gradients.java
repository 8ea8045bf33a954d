package org.refract.api.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * An objective and its gradients.
 *
 * @param objective its value
 * @param points    one for each time a wanted hook point was passed, by step and then in the order of the request
 */
public record Gradients(double objective, List<Gradient> points) implements AutoCloseable {

    /**
     * At one hook point in one pass: how the objective would change with the value there, everything after it following suit.
     *
     * @param value    what passed there, after all hooks
     * @param gradient of the objective, in the value's shape; zeros where the objective does not depend on it
     */
    public record Gradient(HookPoint point, Pass pass, NDArray value, NDArray gradient) {
    }

    public Gradients {
        points = List.copyOf(points);
    }

    @Override
    public void close() {
        for (Gradient gradient : points) {
            gradient.value().close();
            gradient.gradient().close();
        }
    }
}

package org.refract.nn.weights;

import ai.djl.ndarray.NDArray;
import org.refract.api.RefractException;
import org.refract.engine.tensor.Scope;
import org.refract.nn.Parameter;

/** What is added to weights while they are loaded. */
public interface WeightChanges {

    /** Weights as they are. */
    WeightChanges NONE = new WeightChanges() {
        @Override
        public boolean touch(Parameter parameter) {
            return false;
        }

        @Override
        public NDArray changed(Parameter parameter, NDArray weight, Scope step) {
            return weight;
        }
    };

    /** Whether something is added to a weight. */
    boolean touch(Parameter parameter);

    /**
     * A weight with what is added to it.
     *
     * @param weight in the tree's shape and the file's element type; must not be written into
     * @param step   owns what is made on the way and the result
     * @return the same tensor where nothing is added, or a new one in float32
     */
    NDArray changed(Parameter parameter, NDArray weight, Scope step) throws RefractException;
}

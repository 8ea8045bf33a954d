package org.refract.engine.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.model.Hook;

/** What is differentiated: something that computes with kernels. What it may forget and compute again is a {@link Recomputation}. */
@FunctionalInterface
public interface Run {

    /**
     * Runs once.
     *
     * @param hooks to be applied in this order at the hook points that it has
     * @param owner owns the outputs
     * @return its outputs by name
     */
    Map<String, NDArray> run(List<Hook> hooks, NDManager owner) throws RefractException;
}

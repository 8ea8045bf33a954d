package org.refract.model.sdxl.schedulers;

import ai.djl.ndarray.NDManager;
import org.refract.api.RefractException;

/** A way of going from noise to a picture in a number of steps. */
@FunctionalInterface
public interface Scheduler {

    /**
     * Begins a run.
     *
     * @param steps denoising steps
     * @param owner keeps what the solver remembers between steps
     * @throws RefractException if it cannot take so many steps
     */
    Solver solver(int steps, NDManager owner) throws RefractException;
}

package org.refract.api.model;

import ai.djl.ndarray.NDArray;

/** Reads, and if it wants replaces, the value at one {@link HookPoint} each time the model passes it. */
public interface Hook {

    /** Where it sits. */
    HookPoint point();

    /**
     * Called on the device's thread, or on the thread of the run where a model makes several side by side ({@link ImageModel#lanes}).
     *
     * @param pass  which pass of the model this is
     * @param value the value, {@code (batch, ...)} in the model's dtype; it is freed after the pass, so what should
     *              outlive it must be copied
     * @return {@code value} itself to leave the run unchanged to the bit, or a replacement of the same shape and dtype
     *         made on {@code value}'s manager. At {@link Site#UPDATE} the module's output becomes input + replacement.
     */
    NDArray apply(Pass pass, NDArray value);
}

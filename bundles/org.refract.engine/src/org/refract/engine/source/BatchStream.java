package org.refract.engine.source;

import ai.djl.ndarray.NDManager;
import org.refract.api.RefractException;
import org.refract.engine.store.StreamPosition;

/** An endless row of batches. Used on the device's thread. */
public interface BatchStream extends AutoCloseable {

    /**
     * The next batch.
     *
     * @param owner owns the tensors
     * @throws RefractException if the data end, are damaged or not finite
     */
    Batch next(NDManager owner) throws RefractException;

    /** The place after the batches that {@link #next} has returned. */
    StreamPosition position();

    @Override
    void close();
}

package org.refract.engine.kernel;

import ai.djl.ndarray.NDManager;

/** Who owns the tensors that a kernel returns, and frees them. */
public interface Owner {

    /** DJL's manager of the owner's tensors. */
    NDManager manager();
}

package org.refract.engine.kernel;

import ai.djl.ndarray.NDList;

/** Hears the calls of kernels while some work is done, {@link KernelLibrary#recorded}; not those that ask for gradients themselves. */
public interface KernelRecorder {

    /** Whether the next call should leave PyTorch's own graph on its results. */
    boolean autograd();

    /** A kernel was called. Arguments are as the caller gave them, results belong to the caller. */
    void called(KernelLibrary library, String function, Object[] arguments, NDList results);
}

package org.refract.djl;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtEngineProvider;

/**
 * DJL's PyTorch engine, started through this bundle's class loader whoever asks for it first: while it starts, DJL looks for its
 * properties through the thread's context class loader. It is listed before DJL's own provider, which it replaces.
 * Before anything is computed, products are made independent of the number of threads.
 */
public final class PyTorchProvider extends PtEngineProvider {

    @Override
    public Engine getEngine() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(PyTorchProvider.class.getClassLoader());
        try {
            Engine engine = super.getEngine();
            EqualProducts.ensure();
            return engine;
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}

package org.refract.djl;

import ai.djl.engine.Engine;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Lets DJL find the PyTorch engine in this bundle.
 *
 * <p>DJL looks its engines up once, in {@link Engine}'s static initialiser, through the thread's context class loader. That initialiser
 * therefore runs here, before any client can touch the class. It registers the engine only; libtorch is loaded when the first tensor is
 * asked for.
 */
public final class Activator implements BundleActivator {

    @Override
    public void start(BundleContext context) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(Activator.class.getClassLoader());
        try {
            Engine.getAllEngines();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void stop(BundleContext context) {
        // the engine stays for as long as the process: libtorch cannot be unloaded
    }
}

package org.refract.testing;

import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.platform.commons.JUnitException;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/**
 * A bundle with tests: its own classes named {@code *Test}, loaded by the bundle that it is a fragment of, or by itself.
 *
 * @param tests the bundle that contains the tests
 * @param loader the bundle whose class loader sees them
 * @param selected which class names are wanted
 */
record TestBundle(Bundle tests, Bundle loader, Predicate<String> selected) {

    String name() {
        return tests.getSymbolicName();
    }

    /** The test classes, in the order of their names. */
    List<Class<?>> testClasses() {
        Enumeration<URL> entries = tests.findEntries("/", "*Test.class", true);
        if (entries == null) {
            return List.of();
        }
        return Collections.list(entries).stream().map(TestBundle::className).filter(selected).sorted().<Class<?>>map(this::load).toList();
    }

    /** Runs something with the class loader that sees the tests as the thread's context class loader. */
    void run(Runnable work) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader.adapt(BundleWiring.class).getClassLoader());
        try {
            work.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static String className(URL entry) {
        String path = entry.getPath().replaceFirst("^/", "");
        return path.substring(0, path.length() - ".class".length()).replace('/', '.');
    }

    private Class<?> load(String className) {
        try {
            return loader.loadClass(className);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new JUnitException(className + " of " + name() + " cannot be loaded by " + loader.getSymbolicName() + ": " + e, e);
        }
    }
}

package org.refract.engine.job;

import java.lang.System.Logger.Level;

/** Tells somebody who only looks on: what they throw harms neither the work nor those who are told next. */
final class Guarded {

    private static final System.Logger LOG = System.getLogger(Guarded.class.getName());

    private Guarded() {
    }

    /** Runs it, whatever it throws. */
    static void run(Runnable telling) {
        try {
            telling.run();
        } catch (Throwable e) {
            LOG.log(Level.DEBUG, "A listener failed.", e);
        }
    }
}

package org.refract.workbench.explore;

import org.refract.workbench.work.Background.Outcome;

/** Cares for nothing that comes of a piece of work. */
final class Silence implements Outcome<Object> {

    @SuppressWarnings("unchecked")
    static <T> Outcome<T> instance() {
        return (Outcome<T>) new Silence();
    }

    @Override
    public void done(Object result) {
    }

    @Override
    public void failed(String sentence) {
    }
}

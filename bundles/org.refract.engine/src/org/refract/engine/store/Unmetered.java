package org.refract.engine.store;

import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** Passes on everything but progress, for a part of the work that counts in other units than the whole; nobody sees previews of it. */
final class Unmetered extends ForwardingMonitor {

    Unmetered(Monitor whole) {
        super(whole);
    }

    @Override
    public void stage(String title, long total) {
    }

    @Override
    public void advance(long units) {
    }

    @Override
    public boolean wantsPreviews() {
        return false;
    }
}

package org.refract.workbench.engine;

import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** A person who has changed their mind. */
final class CancelAtOnce extends ForwardingMonitor {

    CancelAtOnce() {
        super(Monitor.silent());
    }

    @Override
    public void checkpoint() throws CancelledException {
        throw new CancelledException("Cancelled.");
    }
}

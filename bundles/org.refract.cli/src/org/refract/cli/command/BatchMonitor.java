package org.refract.cli.command;

import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** Counts each step of several pictures that are drawn together once for each of them. */
final class BatchMonitor extends ForwardingMonitor {
    private final int pictures;

    BatchMonitor(Monitor next, int pictures) {
        super(next);
        this.pictures = pictures;
    }

    @Override
    public void advance(long units) {
        super.advance(units * pictures);
    }
}

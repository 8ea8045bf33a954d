package org.refract.workbench.engine;

import java.awt.image.BufferedImage;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;

/** A person who has changed their mind. */
final class CancelAtOnce implements Monitor {
    @Override
    public void stage(String title, long total) {
    }

    @Override
    public void advance(long units) {
    }

    @Override
    public void metric(String name, double value) {
    }

    @Override
    public void preview(BufferedImage image) {
    }

    @Override
    public void note(String sentence) {
    }

    @Override
    public void checkpoint() throws CancelledException {
        throw new CancelledException("Cancelled.");
    }
}

package org.refract.workbench.engine;

import java.awt.image.BufferedImage;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;

/** Tells two listeners of the same work; either can stop it. */
record BothMonitors(Monitor first, Monitor second) implements Monitor {
    @Override
    public void stage(String title, long total) {
        first.stage(title, total);
        second.stage(title, total);
    }

    @Override
    public void advance(long units) {
        first.advance(units);
        second.advance(units);
    }

    @Override
    public void metric(String name, double value) {
        first.metric(name, value);
        second.metric(name, value);
    }

    @Override
    public void preview(BufferedImage image) {
        first.preview(image);
        second.preview(image);
    }

    @Override
    public boolean wantsPreviews() {
        return first.wantsPreviews() || second.wantsPreviews();
    }

    @Override
    public void note(String sentence) {
        first.note(sentence);
        second.note(sentence);
    }

    @Override
    public void checkpoint() throws CancelledException {
        first.checkpoint();
        second.checkpoint();
    }
}

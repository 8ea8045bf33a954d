package org.refract.api.job;

import java.awt.image.BufferedImage;

/** Passes everything on to another monitor; a subclass says what it does otherwise. */
public abstract class ForwardingMonitor implements Monitor {

    private final Monitor next;

    /** @param next hears what is passed on, and says whether to stop */
    protected ForwardingMonitor(Monitor next) {
        this.next = next;
    }

    @Override
    public void stage(String title, long total) {
        next.stage(title, total);
    }

    @Override
    public void advance(long units) {
        next.advance(units);
    }

    @Override
    public void metric(String name, double value) {
        next.metric(name, value);
    }

    @Override
    public void preview(BufferedImage image) {
        next.preview(image);
    }

    @Override
    public boolean wantsPreviews() {
        return next.wantsPreviews();
    }

    @Override
    public void note(String sentence) {
        next.note(sentence);
    }

    @Override
    public void checkpoint() throws CancelledException {
        next.checkpoint();
    }
}

package org.refract.api.job;

import java.awt.image.BufferedImage;

/** Tells two listeners of the same work; either can stop it. */
public class BothMonitors extends ForwardingMonitor {

    private final Monitor second;

    /** Both, in the order in which they hear of things. */
    public BothMonitors(Monitor first, Monitor second) {
        super(first);
        this.second = second;
    }

    @Override
    public void stage(String title, long total) {
        super.stage(title, total);
        second.stage(title, total);
    }

    @Override
    public void advance(long units) {
        super.advance(units);
        second.advance(units);
    }

    @Override
    public void metric(String name, double value) {
        super.metric(name, value);
        second.metric(name, value);
    }

    @Override
    public void preview(BufferedImage image) {
        super.preview(image);
        second.preview(image);
    }

    @Override
    public boolean wantsPreviews() {
        return super.wantsPreviews() || second.wantsPreviews();
    }

    @Override
    public void note(String sentence) {
        super.note(sentence);
        second.note(sentence);
    }

    @Override
    public void checkpoint() throws CancelledException {
        super.checkpoint();
        second.checkpoint();
    }
}

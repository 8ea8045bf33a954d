package org.refract.engine.store;

import java.awt.image.BufferedImage;
import org.refract.api.job.Monitor;

/** Passes on everything but progress, for a part of the work that counts in other units than the whole. */
record Unmetered(Monitor whole) implements Monitor {

    @Override
    public void stage(String title, long total) {
    }

    @Override
    public void advance(long units) {
    }

    @Override
    public void metric(String name, double value) {
        whole.metric(name, value);
    }

    @Override
    public void preview(BufferedImage image) {
        whole.preview(image);
    }

    @Override
    public boolean wantsPreviews() {
        return false;
    }

    @Override
    public void note(String sentence) {
        whole.note(sentence);
    }

    @Override
    public void checkpoint() {
        whole.checkpoint();
    }
}

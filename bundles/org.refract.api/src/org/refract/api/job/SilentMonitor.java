package org.refract.api.job;

import java.awt.image.BufferedImage;

enum SilentMonitor implements Monitor {
    INSTANCE;

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
    public boolean wantsPreviews() {
        return false;
    }

    @Override
    public void note(String sentence) {
    }

    @Override
    public void checkpoint() {
    }
}

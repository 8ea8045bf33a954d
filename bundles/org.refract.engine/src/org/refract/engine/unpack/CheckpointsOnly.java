package org.refract.engine.unpack;

import java.awt.image.BufferedImage;
import org.refract.api.job.Monitor;

/**
 * For the runs of a model inside a stage that counts something else than denoising steps: they can be stopped, and say nothing.
 *
 * @param monitor what is asked whether to stop
 */
record CheckpointsOnly(Monitor monitor) implements Monitor {
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
        monitor.note(sentence);
    }

    @Override
    public void checkpoint() {
        monitor.checkpoint();
    }
}

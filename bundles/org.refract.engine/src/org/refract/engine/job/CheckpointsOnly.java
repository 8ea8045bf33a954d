package org.refract.engine.job;

import java.awt.image.BufferedImage;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** For the runs of a model inside a stage that counts something else than denoising steps: they can be stopped, and say little. */
public final class CheckpointsOnly extends ForwardingMonitor {

    /** @param monitor what is asked whether to stop, and hears notes */
    public CheckpointsOnly(Monitor monitor) {
        super(monitor);
    }

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
}

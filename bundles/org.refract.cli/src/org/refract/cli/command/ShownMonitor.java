package org.refract.cli.command;

import java.awt.image.BufferedImage;
import org.refract.api.job.Monitor;
import org.refract.cli.progress.ProgressMonitor;

/** Tells a job's news both to its queue and to the terminal; whether to stop is the queue's word. */
class ShownMonitor implements Monitor {
    private final Monitor job;
    private final ProgressMonitor screen;

    ShownMonitor(Monitor job, ProgressMonitor screen) {
        this.job = job;
        this.screen = screen;
    }

    @Override
    public void stage(String title, long total) {
        job.stage(title, total);
        screen.stage(title, total);
    }

    @Override
    public void advance(long units) {
        job.advance(units);
        screen.advance(units);
    }

    @Override
    public void metric(String name, double value) {
        job.metric(name, value);
        screen.metric(name, value);
    }

    @Override
    public boolean wantsPreviews() {
        return false;
    }

    @Override
    public void preview(BufferedImage image) {
        job.preview(image);
        screen.preview(image);
    }

    @Override
    public void note(String sentence) {
        job.note(sentence);
        screen.note(sentence);
    }

    @Override
    public void checkpoint() {
        job.checkpoint();
    }
}

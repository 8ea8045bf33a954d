package org.refract.cli.command;

import org.refract.api.job.BothMonitors;
import org.refract.api.job.Monitor;
import org.refract.cli.progress.ProgressMonitor;

/** Tells a job's news both to its queue and to the terminal, which shows no pictures; whether to stop is the queue's word. */
class ShownMonitor extends BothMonitors {
    private final Monitor job;

    ShownMonitor(Monitor job, ProgressMonitor screen) {
        super(job, screen);
        this.job = job;
    }

    @Override
    public boolean wantsPreviews() {
        return false;
    }

    @Override
    public void checkpoint() {
        job.checkpoint();
    }
}

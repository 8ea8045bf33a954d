package org.refract.engine.job;

import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

/** For the runs of a model inside a stage that counts something else than denoising steps: they can be stopped, and say little. */
public final class CheckpointsOnly extends ForwardingMonitor {

    private final Monitor whole;

    /** @param whole what is asked whether to stop, and hears notes */
    public CheckpointsOnly(Monitor whole) {
        super(Monitor.silent());
        this.whole = whole;
    }

    @Override
    public void note(String sentence) {
        whole.note(sentence);
    }

    @Override
    public void checkpoint() throws CancelledException {
        whole.checkpoint();
    }
}

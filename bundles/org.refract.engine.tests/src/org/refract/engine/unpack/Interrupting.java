package org.refract.engine.unpack;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;

/** Ends the work at the given checkpoint, counted from 0 over the whole run; keeps what it hears. */
final class Interrupting implements Monitor {
    private final int last;
    private int checkpoints;
    final List<String> stages = new ArrayList<>();
    double done;

    Interrupting(int last) {
        this.last = last;
    }

    /** One that never ends it. */
    static Interrupting never() {
        return new Interrupting(Integer.MAX_VALUE);
    }

    @Override
    public void stage(String title, long total) {
        stages.add(title);
    }

    @Override
    public void advance(long units) {
    }

    @Override
    public void metric(String name, double value) {
        if (name.equals(Unpack.DONE)) {
            if (value < done - 1e-9 || value > 1 + 1e-9) {
                throw new IllegalStateException("progress went from " + done + " to " + value);
            }
            done = value;
        }
    }

    @Override
    public void preview(BufferedImage image) {
    }

    @Override
    public void note(String sentence) {
    }

    @Override
    public void checkpoint() {
        if (checkpoints++ == last) {
            throw new CancelledException("Stopped by the test.");
        }
    }

    int checkpoints() {
        return checkpoints;
    }
}

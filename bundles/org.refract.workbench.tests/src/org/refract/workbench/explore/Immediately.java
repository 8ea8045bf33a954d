package org.refract.workbench.explore;

import java.util.ArrayDeque;
import java.util.Deque;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.workbench.work.Background;

/** Background work for tests: it waits until {@link #work()} is called and then happens on the calling thread. */
final class Immediately implements Background {
    private final Deque<Runnable> work = new ArrayDeque<>();
    private final Deque<Runnable> later = new ArrayDeque<>();

    @Override
    public <T> Running start(Lane lane, String title, Task<T> task, Outcome<T> outcome) {
        boolean[] cancelled = {false};
        work.add(() -> {
            if (cancelled[0]) {
                outcome.cancelled();
                return;
            }
            try {
                outcome.done(task.run(Monitor.silent()));
            } catch (CancelledException e) {
                outcome.cancelled();
            } catch (RefractException e) {
                outcome.failed(e.getMessage());
            }
        });
        return () -> cancelled[0] = true;
    }

    @Override
    public void after(int milliseconds, Runnable action) {
        later.add(action);
    }

    /** The rest is over: what was asked for later happens now. */
    void rest() {
        for (int i = later.size(); i > 0; i--) {
            later.poll().run();
        }
    }

    /** Does all that was started, and what comes of it. */
    void work() {
        while (!work.isEmpty()) {
            work.poll().run();
        }
    }

    /** Does what was started first. */
    void workOnce() {
        work.poll().run();
    }

    /** Does what was started last. */
    void workLast() {
        work.pollLast().run();
    }

    /** How much was started and not done. */
    int waiting() {
        return work.size();
    }
}

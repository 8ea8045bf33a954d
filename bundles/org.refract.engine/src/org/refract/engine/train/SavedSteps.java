package org.refract.engine.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.engine.file.FileFailure;

/**
 * The steps of a training that are saved, now and then and when it ends. Where the disk is full the state before stays whole, and a training
 * under way goes on: room may come before its end.
 */
final class SavedSteps {

    private final Path folder;
    private final String identity;
    private final Duration every;
    private final Writer states;
    private long step;
    private long tried = System.nanoTime();

    /** Writes the state of a step; see {@link TrainingState#save}. */
    interface Writer {
        void save(Path folder, long step, String identity, List<RunningTask> tasks, Map<String, EarlyStop.Progress> stopped) throws RefractException;
    }

    /**
     * @param step the last one that is saved, 0 if none is
     * @param every how long between two
     */
    SavedSteps(Path folder, String identity, long step, Duration every, Writer states) {
        this.folder = folder;
        this.identity = identity;
        this.step = step;
        this.every = every;
        this.states = states;
    }

    /** What a training does that ends now and is begun again. */
    String resumption() {
        return step == 0 ? "begins anew" : "goes on from step " + step;
    }

    /** Saves if it is time to; where the disk is full, says so and lets the training go on. */
    void saveIfDue(long now, List<RunningTask> tasks, Map<String, EarlyStop.Progress> stopped, Monitor monitor) throws RefractException {
        if (System.nanoTime() - tried < every.toNanos()) {
            return;
        }
        try {
            save(now, tasks, stopped);
        } catch (RefractException e) {
            if (!FileFailure.isFull(e)) {
                throw e;
            }
            monitor.note(e.getMessage());
        }
        tried = System.nanoTime();
    }

    /** Saves, if this step is not. */
    void save(long now, List<RunningTask> tasks, Map<String, EarlyStop.Progress> stopped) throws RefractException {
        if (now <= step) {
            return;
        }
        try {
            states.save(folder, now, identity, tasks, stopped);
        } catch (RefractException e) {
            if (!FileFailure.isFull(e)) {
                throw e;
            }
            throw RefractException.failure(e.getCause(), "The disk is full, so the state of step %d was not saved in %s: free some space there; a training"
                    + " that ends without it %s.", now, folder, resumption());
        }
        step = now;
    }
}

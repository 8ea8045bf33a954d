package org.refract.workbench.work;

import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.workbench.picture.Pixels;

/**
 * Runs work away from the screen's thread and brings what comes of it back to that thread. Called from the screen's thread
 * only. What comes back after the window was closed is dropped.
 */
public interface Background {

    /** Works that wait for one another. */
    enum Lane {
        /** What uses the model: opening and drawing. */
        MODEL,
        /** What reads the run's files. */
        FILES
    }

    /** Work, off the screen's thread. */
    @FunctionalInterface
    interface Task<T> {
        T run(Monitor monitor) throws RefractException;
    }

    /** What comes of it, on the screen's thread; exactly one of the first three is called, once. */
    interface Outcome<T> {
        void done(T result);

        /** @param sentence what went wrong and what to do */
        void failed(String sentence);

        default void cancelled() {
        }

        default void progress(Progress progress) {
        }

        /** @param picture what the work looks like so far; the newest, not each */
        default void preview(Pixels picture) {
        }

        /** @param sentence something that a person should know of what was done */
        default void note(String sentence) {
        }
    }

    /** Work that was started. */
    @FunctionalInterface
    interface Running {
        /** Asks it to stop; {@link Outcome#cancelled()} follows unless it ends by itself first. */
        void cancel();
    }

    /** Starts work behind what is already in its lane. */
    <T> Running start(Lane lane, String title, Task<T> task, Outcome<T> outcome);

    /** Runs something on the screen's thread after a while. */
    void after(int milliseconds, Runnable action);
}

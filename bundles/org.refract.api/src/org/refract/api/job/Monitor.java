package org.refract.api.job;

import java.awt.image.BufferedImage;

/**
 * How long work speaks to whoever waits for it, and hears that it should stop.
 * One is given to everything that can take longer than a blink.
 */
public interface Monitor {

    /**
     * Begins the next stage of the work.
     *
     * @param title what is done now, in the imperative or as a noun phrase ("Recording block updates")
     * @param total units of work in this stage, 0 when unknown
     */
    void stage(String title, long total);

    /** Reports that {@code units} more of the stage's total are done. */
    void advance(long units);

    /** Publishes a live number such as a loss, under the name it has in the run log. */
    void metric(String name, double value);

    /** Publishes a picture of the work so far. */
    void preview(BufferedImage image);

    /** Whether anybody looks at previews; those that cost something are made only then. */
    default boolean wantsPreviews() {
        return true;
    }

    /** Says a sentence worth keeping in the run's record ("3 prompts were longer than 77 tokens and were cut"). */
    void note(String sentence);

    /**
     * Returns at once, unless the work should stop. Call it between two steps, where stopping loses nothing.
     *
     * @throws CancelledException if the person, the product or a vanished extension ended the work
     */
    void checkpoint() throws CancelledException;

    /** A monitor that hears everything and says nothing, for tests and one-line uses. */
    static Monitor silent() {
        return SilentMonitor.INSTANCE;
    }
}

package org.refract.cli.command;

import java.util.Locale;
import org.refract.api.job.Monitor;
import org.refract.cli.progress.ProgressMonitor;
import org.refract.engine.unpack.Unpack;

/**
 * The main job on a terminal: of the many numbers that several trainings report at once, the mean explained variance is
 * shown, and how far the whole job is.
 */
final class WholeJobMonitor extends ShownMonitor {
    private final Monitor job;
    private final ProgressMonitor screen;
    private double done;

    WholeJobMonitor(Monitor job, ProgressMonitor screen) {
        super(job, screen);
        this.job = job;
        this.screen = screen;
    }

    @Override
    public void metric(String name, double value) {
        job.metric(name, value);
        switch (name) {
            case Unpack.DONE -> {
                done = value;
                screen.headline(percent());
            }
            case Unpack.MINUTES_LEFT -> screen.headline(percent() + ", " + minutes(value) + " left");
            default -> {
                if (!name.contains("/")) {
                    screen.metric(name, value);
                }
            }
        }
    }

    private String percent() {
        return String.format(Locale.ROOT, "whole job %.0f %%", 100 * done);
    }

    private static String minutes(double minutes) {
        return minutes < 1 ? "less than a minute" : String.format(Locale.ROOT, "%.0f min", Math.ceil(minutes));
    }
}

package org.refract.cli.command;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.cli.RefractCommand;
import org.refract.cli.progress.ProgressMonitor;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobQueue;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a job in the queue while its progress is shown; Ctrl-C asks it to stop and waits until it has saved what it has. */
final class JobOnScreen {
    private static final String STOPPED = "Stopped; the same command goes on from here.";

    private final CommandSpec spec;
    private final JobQueue jobs;
    private final BiFunction<Monitor, ProgressMonitor, Monitor> shown;
    private final String stopped;

    private JobOnScreen(CommandSpec spec, JobQueue jobs, BiFunction<Monitor, ProgressMonitor, Monitor> shown, String stopped) {
        this.spec = spec;
        this.jobs = jobs;
        this.shown = shown;
        this.stopped = stopped;
    }

    /** For a job with one kind of progress. */
    static JobOnScreen of(CommandSpec spec, JobQueue jobs) {
        return new JobOnScreen(spec, jobs, ShownMonitor::new, STOPPED);
    }

    /** For the main job. */
    static JobOnScreen whole(CommandSpec spec, JobQueue jobs) {
        return new JobOnScreen(spec, jobs, WholeJobMonitor::new, STOPPED);
    }

    /** Says something else after Ctrl-C. */
    JobOnScreen saying(String sentence) {
        return new JobOnScreen(spec, jobs, shown, sentence);
    }

    /** Runs it on a device's thread. */
    <T> T run(Placement placement, String title, List<Lease<?>> leases, Job.Work<T> work) throws RefractException {
        return run(new Job<>(title, Optional.of(placement), leases, work));
    }

    /** Runs it. What nobody stopped and yet ended, for want of an extension that was removed, is a failure. */
    <T> T run(Job<T> job) throws RefractException {
        RefractCommand top = (RefractCommand) spec.root().userObject();
        PrintWriter err = spec.commandLine().getErr();
        try (ProgressMonitor screen = new ProgressMonitor(err, top.terminal(), top.quiet(), InstantSource.system())) {
            Job.Work<T> visible = monitor -> job.work().run(shown.apply(monitor, screen));
            return jobs.submit(new Job<>(job.title(), job.placement(), job.leases(), visible)).awaitOrCancel(stopped, screen);
        } catch (CancelledException e) {
            if (stopped.equals(e.getMessage())) {
                throw e;
            }
            throw RefractException.failure(e, "%s", e.getMessage());
        }
    }
}

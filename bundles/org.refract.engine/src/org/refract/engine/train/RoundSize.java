package org.refract.engine.train;

import java.util.List;
import org.refract.engine.tensor.Lanes;

/**
 * How a training's steps are done: one at a time with all threads in each operation, or several at a time by lanes of one thread. Lanes are
 * for small autoencoders of several stores on the CPU, whose operations are over before the threads of one have found each other.
 *
 * @param steps of a round, at most
 * @param lanes that learn side by side
 */
record RoundSize(int steps, int lanes) {

    private static final RoundSize SINGLE = new RoundSize(1, 1);
    private static final int MOST_STEPS = 25;
    /** Batches that are read ahead, 64 MiB of float32. */
    private static final long READ_AHEAD = 16L << 20;
    /** Numbers of a step, 16 MiB of float32: a second one at the same time costs no memory that matters. */
    private static final long SMALL = 4L << 20;

    /** For learners that still learn, on this thread. */
    static RoundSize of(TrainingPlan plan, List<RunningTask> tasks) {
        int sources = (int) tasks.stream().map(RunningTask::source).distinct().count();
        int threads = Lanes.threads();
        boolean small = tasks.stream().allMatch(task -> task.source().isStored() && task.learning().stepNumbers(plan.batch()) <= SMALL);
        if (!small || !plan.placement().device().equals("cpu") || threads == 1 || sources == 1 || 2 * sources < threads) {
            return SINGLE;
        }
        long numbers = plan.batch() * tasks.stream().mapToLong(task -> task.source().width() + task.source().targetWidth()).sum();
        return new RoundSize(Math.clamp(READ_AHEAD / numbers, 1, MOST_STEPS), Math.min(sources, threads));
    }
}

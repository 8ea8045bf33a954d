package org.refract.engine.train;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.store.ActivationReader;

/**
 * How autoencoders are trained together.
 *
 * @param tasks what is trained
 * @param batch vectors per step and autoencoder
 * @param steps optimiser steps
 * @param seed of the weights and of the order of the data
 * @param placement the device
 * @param logEvery a line of metrics is written at the first step, at every multiple of this, and at the last
 * @param saveEvery time between two saved states
 * @param blockBytes how much of each store is shuffled together
 * @param earlyStop when an autoencoder ends before the last step, if it may
 */
public record TrainingPlan(List<TrainingTask> tasks, int batch, long steps, long seed, Placement placement, long logEvery, Duration saveEvery,
        long blockBytes, Optional<EarlyStop> earlyStop) {

    private static final Duration SAVE_EVERY = Duration.ofMinutes(2);
    private static final long LOG_EVERY = 100;

    /** Copies the list. */
    public TrainingPlan {
        tasks = List.copyOf(tasks);
    }

    /** A plan that logs every {@value #LOG_EVERY} steps and saves every two minutes. */
    public static TrainingPlan of(List<TrainingTask> tasks, int batch, long steps, long seed, Placement placement) {
        return new TrainingPlan(tasks, batch, steps, seed, placement, LOG_EVERY, SAVE_EVERY, ActivationReader.BLOCK_BYTES, Optional.empty());
    }

    /** The same with other times between two lines of the log. */
    public TrainingPlan withLogEvery(long steps) {
        return new TrainingPlan(tasks, batch, this.steps, seed, placement, steps, saveEvery, blockBytes, earlyStop);
    }

    /** The same with an early stop. */
    public TrainingPlan withEarlyStop(EarlyStop stop) {
        return new TrainingPlan(tasks, batch, steps, seed, placement, logEvery, saveEvery, blockBytes, Optional.of(stop));
    }

    void check() throws RefractException {
        least("autoencoder", tasks.size());
        least("vector per batch", batch);
        least("step", steps);
        least("step between two lines of its log", logEvery);
        least("byte per block of its data", blockBytes);
        if (tasks.stream().map(TrainingTask::name).distinct().count() < tasks.size()) {
            throw RefractException.usage("Two autoencoders of one training cannot have the same name: give each its own.");
        }
        if (earlyStop.isPresent()) {
            earlyStop.get().check();
        }
        for (TrainingTask task : tasks) {
            task.check();
        }
    }

    private static void least(String what, long given) throws RefractException {
        if (given < 1) {
            throw RefractException.usage("A training needs at least one %s, not %d.", what, given);
        }
    }
}

package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.sae.CheckpointFormat;
import org.refract.engine.tensor.Scope;

/**
 * Trains several autoencoders in one pass over their stores: each step gives each of them the next batch of its own hook point, and batches
 * of one step hold the same recordings. Under the folder each has {@code NAME/log.jsonl} ({@link RunLog}), {@code NAME/state} while it is
 * trained, and in the end the checkpoint in {@code NAME}. A training that was stopped or killed goes on from its last saved state and ends,
 * on the CPU, with the same bits.
 */
public final class Trainer {

    private final Path folder;
    private final TrainingPlan plan;
    private final CheckpointFormat format;

    /**
     * @param folder gets one folder per autoencoder
     * @param format how the finished autoencoders are written
     */
    public Trainer(Path folder, TrainingPlan plan, CheckpointFormat format) {
        this.folder = folder;
        this.plan = plan;
        this.format = format;
    }

    /**
     * Trains to the plan's last step. Call on the placement's device thread.
     *
     * @param monitor one unit of progress per step; stopping it saves the state first
     * @return the last metrics of every autoencoder, by its name
     * @throws RefractException if the folder holds another training, a store is damaged, a loss is not a number, or the disk is full
     */
    public Map<String, Map<String, Double>> run(Monitor monitor) throws RefractException {
        plan.check();
        Optional<TrainingState> saved = TrainingState.find(folder);
        String identity = TrainingState.identity(plan);
        if (saved.isPresent() && !saved.get().identity().equals(identity)) {
            throw RefractException.usage("%s holds a training with other settings or data: choose another folder, or delete it.", folder);
        }
        List<RunningTask> tasks = new ArrayList<>();
        try {
            monitor.stage("Preparing %d dictionaries".formatted(plan.tasks().size()), plan.tasks().size());
            for (TrainingTask task : plan.tasks()) {
                monitor.checkpoint();
                tasks.add(RunningTask.begin(folder, plan, task, saved));
                monitor.advance(1);
            }
            return train(tasks, saved.map(TrainingState::step).orElse(0L), identity, monitor);
        } finally {
            for (RunningTask task : tasks) {
                task.close();
            }
        }
    }

    private Map<String, Map<String, Double>> train(List<RunningTask> tasks, long done, String identity, Monitor monitor) throws RefractException {
        monitor.stage("Training %d dictionaries".formatted(tasks.size()), Math.max(0, plan.steps() - done));
        long step = done;
        long savedStep = done;
        long savedAt = System.nanoTime();
        long loggedStep = done;
        long loggedAt = savedAt;
        try (Scope scope = Scope.open(plan.placement())) {
            while (step < plan.steps()) {
                try {
                    monitor.checkpoint();
                    advance(tasks, scope);
                } catch (CancelledException e) {
                    save(tasks, step, savedStep, identity);
                    throw e;
                }
                step++;
                monitor.advance(1);
                if (step == 1 || step % plan.logEvery() == 0 || step == plan.steps()) {
                    long now = System.nanoTime();
                    log(tasks, step, (step - loggedStep) * plan.batch() * 1e9 / Math.max(1, now - loggedAt), monitor);
                    loggedStep = step;
                    loggedAt = now;
                }
                if (System.nanoTime() - savedAt >= plan.saveEvery().toNanos()) {
                    save(tasks, step, savedStep, identity);
                    savedStep = step;
                    savedAt = System.nanoTime();
                }
            }
        }
        save(tasks, step, savedStep, identity);
        Map<String, Map<String, Double>> metrics = new LinkedHashMap<>();
        for (RunningTask task : tasks) {
            task.write(folder, format, step);
            metrics.put(task.name(), Map.copyOf(task.metrics()));
        }
        return metrics;
    }

    /** One step of all autoencoders: first all data, so that a failed read leaves every one at the same step. */
    private static void advance(List<RunningTask> tasks, Scope scope) throws RefractException {
        try (Scope step = scope.child()) {
            List<NDArray> batches = new ArrayList<>();
            for (RunningTask task : tasks) {
                batches.add(task.next(step));
            }
            for (int i = 0; i < batches.size(); i++) {
                tasks.get(i).step(batches.get(i));
            }
        }
    }

    private static void log(List<RunningTask> tasks, long step, double samplesPerSecond, Monitor monitor) throws RefractException {
        for (RunningTask task : tasks) {
            task.log(step, samplesPerSecond).forEach((name, value) -> monitor.metric(task.name() + "/" + name, value));
        }
    }

    private void save(List<RunningTask> tasks, long step, long savedStep, String identity) throws RefractException {
        if (step > savedStep) {
            TrainingState.save(folder, step, identity, tasks);
        }
    }
}

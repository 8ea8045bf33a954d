package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.engine.Version;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;

/** One task while it is trained: its learner, place in the data, and log. */
final class RunningTask implements AutoCloseable {

    static final String LOG = "log.jsonl";

    private final TrainingTask task;
    private final TrainingPlan plan;
    private final Learner learner;
    private final RunLog log;
    private final RunLog clock;
    private StreamPosition position;
    private Map<String, Double> metrics = Map.of();
    private Optional<EarlyStop.Progress> progress = Optional.empty();

    private RunningTask(TrainingTask task, TrainingPlan plan, Learner learner, StreamPosition start, RunLog log, RunLog clock) {
        this.task = task;
        this.plan = plan;
        this.learner = learner;
        this.log = log;
        this.clock = clock;
        this.position = start;
    }

    /**
     * Begins a task, or goes on from a saved state.
     *
     * @param samples the first of its data
     * @param results what will write it
     * @throws RefractException if it could not be written in the end, too
     */
    static RunningTask begin(Path folder, TrainingPlan plan, TrainingTask task, Batch samples, Optional<TrainingState> saved, Results results)
            throws RefractException {
        Learner learner = null;
        try (Scope scope = Scope.open(plan.placement())) {
            Optional<Map<String, NDArray>> weights = saved.isEmpty() ? Optional.empty()
                    : Optional.of(saved.get().weights(folder, task.name(), scope.manager()));
            learner = task.learning().begin(plan, samples, weights);
            results.check(folder.resolve(task.name()), learner, task.source());
            StreamPosition start = StreamPosition.START;
            if (saved.isPresent()) {
                restore(learner, saved.get().state(folder, task.name(), scope.manager()), folder, task);
                start = saved.get().positions().getOrDefault(task.name(), start);
            }
            Path file = folder.resolve(task.name()).resolve(LOG);
            long step = saved.map(TrainingState::step).orElse(0L);
            RunLog log = RunLog.continueAt(file, step);
            RunLog clock = RunLog.continueAt(file.resolveSibling(RunLog.CLOCK), step);
            RunningTask running = new RunningTask(task, plan, learner, start, log, clock);
            List<RunLog.Entry> before = RunLog.read(file);
            running.metrics = before.isEmpty() ? Map.of() : before.getLast().metrics();
            running.progress = saved.flatMap(s -> Optional.ofNullable(s.progress().get(task.name())));
            return running;
        } catch (RefractException | RuntimeException e) {
            if (learner != null) {
                learner.close();
            }
            throw e;
        }
    }

    private static void restore(Learner learner, Map<String, NDArray> state, Path folder, TrainingTask task) throws RefractException {
        try {
            learner.restore(state);
        } catch (IllegalArgumentException e) {
            throw RefractException.failure(e, "The saved training state of %s in %s does not fit (%s): another version of '%s' wrote it; delete %s"
                    + " to begin anew.", task.name(), folder, e.getMessage(), task.learning().kind(), folder.resolve(task.name()));
        }
    }

    String name() {
        return task.name();
    }

    Learner learner() {
        return learner;
    }

    Learning learning() {
        return task.learning();
    }

    /** Where the data go on after the last finished step. */
    StreamPosition position() {
        return position;
    }

    /** The metrics of the last line of the log. */
    Map<String, Double> metrics() {
        return metrics;
    }

    /** What it learns from. */
    BatchSource source() {
        return task.source();
    }

    /** How it does, if the plan has an early stop and a line was logged. */
    Optional<EarlyStop.Progress> progress() {
        return progress;
    }

    /** @param after where the data go on after this batch */
    void step(Batch batch, StreamPosition after) {
        learner.step(batch.input(), batch.target());
        position = after;
    }

    /** @throws RefractException if the loss is not a number any more */
    Map<String, Double> log(long step, double samplesPerSecond) throws RefractException {
        metrics = new LinkedHashMap<>(learner.metrics());
        metrics.putAll(task.learning().metrics(learner, task.source()));
        for (var metric : metrics.entrySet()) {
            if (!Double.isFinite(metric.getValue()) && !metric.getKey().equals("explained_variance")) {
                throw RefractException.usage("Training %s gave %s = %s at step %d: try a smaller learning rate, and check the recorded"
                        + " activations.", task.name(), metric.getKey(), metric.getValue(), step);
            }
        }
        log.append(new RunLog.Entry(step, step * plan.batch(), metrics));
        clock.append(new RunLog.Entry(step, step * plan.batch(), Map.of(RunLog.SPEED, samplesPerSecond)));
        if (plan.earlyStop().isPresent()) {
            progress = Optional.of(plan.earlyStop().get().after(progress, step, metrics));
        }
        return metrics;
    }

    /** Writes what was learnt and says where its files are. */
    List<Path> write(Path folder, Results results, long steps) throws RefractException {
        Map<String, String> facts = new TreeMap<>(Map.of(
                "steps", Long.toString(steps),
                "batch", Integer.toString(plan.batch()),
                "samples", Long.toString(steps * plan.batch()),
                "seed", Long.toString(plan.seed()),
                "refract", Version.refract(),
                "torch", Version.torch()));
        facts.putAll(task.learning().maker());
        Optional.ofNullable(metrics.get("explained_variance")).ifPresent(v -> facts.put("explained_variance", String.format(Locale.ROOT, "%.6f", v)));
        return results.write(folder.resolve(task.name()), learner, task.source(), facts);
    }

    @Override
    public void close() throws RefractException {
        try (log; clock) {
            learner.close();
        }
    }
}

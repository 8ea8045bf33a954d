package org.refract.engine.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.sae.CheckpointFormat;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.FolderLock;
import org.refract.engine.file.StillThere;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.tensor.Scope;

/**
 * Trains several {@link Learner}s, dictionaries or networks, in one pass over their data: each step gives each of them the next batch of its own
 * source, and batches of one step hold the same recordings. Several learners of one source get the same batch, which is read once. Under the folder each
 * has {@code NAME/log.jsonl} ({@link RunLog}), {@code NAME/clock.jsonl} with its speed, {@code NAME/state} while it is trained, and in the end what was
 * learnt, {@link Results}, in {@code NAME}. A training that was
 * stopped or killed goes on from its last saved state and ends, on the CPU, with the same bits.
 */
public final class Trainer {

    /** First vectors of the data that a variant may look at: 32 768 for a geometric median, and ten batches for the scale of a loss. */
    private static final int FIRST_VECTORS = 32_768;

    private static final int FIRST_BATCHES = 10;

    private final Path folder;
    private final TrainingPlan plan;
    private final Results results;
    private final SavedSteps.Writer states;
    private final Map<String, Map<String, Double>> finished = new LinkedHashMap<>();
    private final Map<String, EarlyStop.Progress> stopped = new LinkedHashMap<>();
    private final List<Path> written = new ArrayList<>();
    private boolean finishedBefore;

    /**
     * @param folder gets one folder per task
     * @param results how what was learnt is written
     */
    public Trainer(Path folder, TrainingPlan plan, Results results) {
        this(folder, plan, results, TrainingState::save);
    }

    /** A trainer of dictionaries, which are written as checkpoints of a format. */
    public Trainer(Path folder, TrainingPlan plan, CheckpointFormat format) {
        this(folder, plan, new DictionaryFiles(format));
    }

    /** @param states writes saved states */
    Trainer(Path folder, TrainingPlan plan, Results results, SavedSteps.Writer states) {
        this.states = states;
        this.folder = folder;
        this.plan = plan;
        this.results = results;
    }

    /**
     * Trains to the plan's last step. Call on the placement's device thread.
     *
     * @param monitor one unit of progress per step; stopping it, and data that end, save the state first
     * @return the last metrics of every learner by its name, with its {@code steps}
     * @throws RefractException if the folder holds another training, a store is damaged, a loss is not a number, or the disk is full
     */
    public Map<String, Map<String, Double>> run(Monitor monitor) throws RefractException {
        plan.check();
        for (TrainingTask task : plan.tasks()) {
            checkPlace(folder.resolve(task.name()));
        }
        try (FolderLock lock = FolderLock.take(folder, "a training")) {
            return locked(monitor);
        }
    }

    private Map<String, Map<String, Double>> locked(Monitor monitor) throws RefractException {
        Optional<TrainingState> saved = TrainingState.find(folder);
        String identity = TrainingState.identity(plan);
        if (saved.isPresent() && !TrainingDifference.between(saved.get().identity(), identity).isEmpty()) {
            throw RefractException.usage("%s holds a training with other settings or data (%s): choose another folder, or delete it.", folder,
                    TrainingDifference.between(saved.get().identity(), identity));
        }
        finished.clear();
        stopped.clear();
        written.clear();
        plan.tasks().forEach(task -> finished.put(task.name(), Map.of()));
        List<RunningTask> tasks = new ArrayList<>();
        try {
            begin(tasks, saved, monitor);
            List<TrainingTask> learning = plan.tasks().stream().filter(t -> !stopped.containsKey(t.name())).toList();
            try (Batches batches = Batches.open(plan, learning, saved.map(TrainingState::positions).orElse(Map.of()), monitor)) {
                train(tasks, batches, saved.map(TrainingState::step).orElse(0L), identity, monitor);
            }
        } catch (RefractException | RuntimeException | Error e) {
            for (RunningTask task : tasks) {
                try {
                    task.close();
                } catch (RefractException alsoFull) {
                    e.addSuppressed(alsoFull);
                }
            }
            throw e;
        }
        for (RunningTask task : tasks) {
            task.close();
        }
        StillThere.check(written);
        StillThere.check(plan.tasks().stream().map(task -> folder.resolve(task.name()).resolve(RunningTask.LOG)).toList());
        return new LinkedHashMap<>(finished);
    }

    /** A training's folder has its log; in any other it begins only if nothing is there. */
    private static void checkPlace(Path place) throws RefractException {
        if (Files.exists(place) && !Files.isDirectory(place)) {
            throw RefractException.usage("%s is a file, so no dictionary can be trained there: choose another folder.", place);
        }
        if (!Files.isDirectory(place) || Files.isRegularFile(place.resolve(RunningTask.LOG))) {
            return;
        }
        try (Stream<Path> inside = Files.list(place)) {
            Optional<Path> other = inside.filter(file -> !file.getFileName().toString().equals(TrainingState.STATES)).sorted().findFirst();
            if (other.isPresent()) {
                throw RefractException.usage("%s is there and is no training: it holds %s; choose another folder.", place, other.get().getFileName());
            }
        } catch (IOException e) {
            throw FileFailure.reading(place, e);
        }
    }

    /** Whether {@link #run} found the training at its last step, so that nothing was left to train. */
    public boolean wasFinished() {
        return finishedBefore;
    }

    private void begin(List<RunningTask> tasks, Optional<TrainingState> saved, Monitor monitor) throws RefractException {
        monitor.stage("Preparing " + dictionaries(plan.tasks()), plan.tasks().size());
        Map<BatchSource, List<TrainingTask>> bySource = new LinkedHashMap<>();
        plan.tasks().forEach(task -> bySource.computeIfAbsent(task.source(), source -> new ArrayList<>()).add(task));
        for (var source : bySource.entrySet()) {
            try (Scope scope = Scope.open(plan.placement())) {
                int first = Math.max(FIRST_VECTORS, Math.multiplyExact(FIRST_BATCHES, plan.batch()));
                Batch samples = source.getKey().sample(plan.seed(), first, plan.placement(), scope.manager(), monitor);
                for (TrainingTask task : source.getValue()) {
                    monitor.checkpoint();
                    if (saved.filter(s -> s.stopped(task.name())).isPresent()) {
                        stopped.put(task.name(), saved.get().progress().get(task.name()));
                        RunLog.Entry last = RunLog.read(folder.resolve(task.name()).resolve(RunningTask.LOG)).getLast();
                        finish(task.name(), last.metrics(), last.step());
                    } else {
                        tasks.add(RunningTask.begin(folder, plan, task, samples, saved, results));
                    }
                    monitor.advance(1);
                }
            }
        }
    }

    private static String dictionaries(List<?> tasks) {
        return tasks.size() == 1 ? "a dictionary" : tasks.size() + " dictionaries";
    }

    private void train(List<RunningTask> tasks, Batches batches, long done, String identity, Monitor monitor) throws RefractException {
        finishedBefore = done >= plan.steps();
        monitor.stage("Training " + dictionaries(tasks), Math.max(0, plan.steps() - done));
        SavedSteps saved = new SavedSteps(folder, identity, done, plan.saveEvery(), states);
        long step = done;
        long loggedStep = done;
        long loggedAt = System.nanoTime();
        try (Scope scope = Scope.open(plan.placement())) {
            endEarly(tasks, step, monitor);
            while (step < plan.steps() && !tasks.isEmpty()) {
                RoundSize size = RoundSize.of(plan, tasks);
                try (Round round = Round.read(tasks, batches, (int) Math.min(size.steps(), nextLine(step) - step), scope)) {
                    monitor.checkpoint();
                    round.learn(size.lanes());
                    step += round.steps();
                    monitor.advance(round.steps());
                    round.requireAll();
                } catch (CancelledException | RefractException e) {
                    saved.save(step, tasks, stopped);
                    throw e;
                }
                if (step == 1 || step % plan.logEvery() == 0 || step == plan.steps()) {
                    long now = System.nanoTime();
                    log(tasks, step, (step - loggedStep) * plan.batch() * 1e9 / Math.max(1, now - loggedAt), monitor);
                    try {
                        endEarly(tasks, step, monitor);
                    } catch (RefractException e) {
                        saved.save(step, tasks, stopped);
                        throw e;
                    }
                    loggedStep = step;
                    loggedAt = now;
                }
                saved.saveIfDue(step, tasks, stopped, monitor);
            }
        }
        write(tasks, step, saved);
    }

    /** Saves the state and writes the dictionaries, which may find room where the larger state did not. */
    private void write(List<RunningTask> tasks, long step, SavedSteps saved) throws RefractException {
        Optional<RefractException> full = Optional.empty();
        try {
            saved.save(step, tasks, stopped);
        } catch (RefractException e) {
            full = Optional.of(e);
        }
        if (full.filter(e -> !FileFailure.isFull(e)).isPresent()) {
            throw full.get();
        }
        for (RunningTask task : tasks) {
            try {
                written.addAll(task.write(folder, results, step));
            } catch (RefractException e) {
                throw full.orElse(e);
            }
            finish(task.name(), task.metrics(), step);
        }
        if (full.isPresent()) {
            throw RefractException.failure(full.get().getCause(), "The disk is full: %s went to %s, but not the state from which to train further;"
                    + " free some space there and train again, which %s.", dictionaries(tasks), folder, saved.resumption());
        }
    }

    /** Writes the autoencoders that get no better and lets them go. */
    private void endEarly(List<RunningTask> tasks, long step, Monitor monitor) throws RefractException {
        for (Iterator<RunningTask> all = tasks.iterator(); all.hasNext();) {
            RunningTask task = all.next();
            if (task.progress().filter(EarlyStop.Progress::stopped).isPresent()) {
                EarlyStop.Progress progress = task.progress().get();
                written.addAll(task.write(folder, results, step));
                finish(task.name(), task.metrics(), step);
                stopped.put(task.name(), progress);
                monitor.note("%s ended at step %d: its %s was best at step %d.".formatted(task.name(), step, plan.earlyStop().orElseThrow().metric(),
                        progress.bestStep()));
                all.remove();
                task.close();
            }
        }
    }

    private void finish(String task, Map<String, Double> metrics, long step) {
        Map<String, Double> last = new LinkedHashMap<>(metrics);
        last.put("steps", (double) step);
        finished.put(task, last);
    }

    /** The step after which the next line of the log is due. */
    private long nextLine(long step) {
        return step == 0 ? 1 : Math.min(plan.steps(), (step / plan.logEvery() + 1) * plan.logEvery());
    }

    private static void log(List<RunningTask> tasks, long step, double samplesPerSecond, Monitor monitor) throws RefractException {
        for (RunningTask task : tasks) {
            task.log(step, samplesPerSecond).forEach((name, value) -> monitor.metric(task.name() + "/" + name, value));
            monitor.metric(task.name() + "/" + RunLog.SPEED, samplesPerSecond);
        }
    }

}

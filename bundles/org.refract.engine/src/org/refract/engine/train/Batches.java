package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.engine.store.ActivationReader;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;

/** The data of a training: one stream for each store, read once however many autoencoders learn from it. */
final class Batches implements AutoCloseable {

    private final Map<ActivationStore, ActivationReader> readers = new LinkedHashMap<>();

    /**
     * @param tasks those that still learn
     * @param positions where each of them goes on; those of one store are the same
     */
    static Batches open(TrainingPlan plan, List<TrainingTask> tasks, Map<String, StreamPosition> positions) throws RefractException {
        Batches batches = new Batches();
        try {
            for (TrainingTask task : tasks) {
                if (!batches.readers.containsKey(task.store())) {
                    StreamPosition start = positions.getOrDefault(task.name(), StreamPosition.START);
                    batches.readers.put(task.store(),
                            ActivationReader.open(task.store(), plan.seed(), plan.batch(), plan.placement(), start, plan.blockBytes()));
                }
            }
            return batches;
        } catch (RefractException | RuntimeException e) {
            batches.close();
            throw e;
        }
    }

    /** The next batch of every store that is still wanted; all data are read before anybody learns, so a failed read leaves all at one step. */
    Map<ActivationStore, NDArray> next(List<RunningTask> tasks, Scope step) throws RefractException {
        Map<ActivationStore, NDArray> next = new LinkedHashMap<>();
        for (RunningTask task : tasks) {
            if (!next.containsKey(task.store())) {
                next.put(task.store(), readers.get(task.store()).next(step.manager()));
            }
        }
        return next;
    }

    /** Where a store's stream goes on. */
    StreamPosition position(ActivationStore store) {
        return readers.get(store).position();
    }

    @Override
    public void close() {
        readers.values().forEach(ActivationReader::close);
    }
}

package org.refract.engine.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.source.BatchStream;
import org.refract.engine.source.StreamOptions;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;

/** The data of a training: one stream for each source, read once however many autoencoders learn from it. */
final class Batches implements AutoCloseable {

    private final Map<BatchSource, BatchStream> streams = new LinkedHashMap<>();

    /**
     * @param tasks those that still learn
     * @param positions where each of them goes on; those of one source are the same
     * @param monitor asked whether to stop, where reading takes long
     */
    static Batches open(TrainingPlan plan, List<TrainingTask> tasks, Map<String, StreamPosition> positions, Monitor monitor) throws RefractException {
        Batches batches = new Batches();
        StreamOptions options = new StreamOptions(plan.seed(), plan.batch(), plan.placement(), plan.blockBytes());
        try {
            for (TrainingTask task : tasks) {
                if (!batches.streams.containsKey(task.source())) {
                    StreamPosition start = positions.getOrDefault(task.name(), StreamPosition.START);
                    batches.streams.put(task.source(), task.source().open(options, start, monitor));
                }
            }
            return batches;
        } catch (RefractException | RuntimeException e) {
            batches.close();
            throw e;
        }
    }

    /** The next batch of every source that is still wanted; all data are read before anybody learns, so a failed read leaves all at one step. */
    Map<BatchSource, Batch> next(List<RunningTask> tasks, Scope step) throws RefractException {
        Map<BatchSource, Batch> next = new LinkedHashMap<>();
        for (RunningTask task : tasks) {
            if (!next.containsKey(task.source())) {
                next.put(task.source(), streams.get(task.source()).next(step.manager()));
            }
        }
        return next;
    }

    /** Where a source's stream goes on. */
    StreamPosition position(BatchSource source) {
        return streams.get(source).position();
    }

    @Override
    public void close() {
        streams.values().forEach(BatchStream::close);
    }
}

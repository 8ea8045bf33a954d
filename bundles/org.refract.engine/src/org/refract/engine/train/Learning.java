package org.refract.engine.train;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.Optional;
import org.refract.api.Learner;
import org.refract.api.RefractException;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;

/** What is to be learnt: how its {@link Learner} begins and goes on. */
public interface Learning {

    /** Its kind in a word or two, such as an architecture's id; sentences and saved states name it. */
    String kind();

    /** What two trainings that are one must have in common here: kind, sizes, settings. */
    Map<String, String> identity();

    /** @throws RefractException if it cannot learn from such data, with the reason */
    void check(BatchSource source) throws RefractException;

    /**
     * Begins, or goes on with saved weights; then the trainer restores the learner's state.
     *
     * @param plan  seed, batch and device
     * @param first the first samples of its data
     * @param saved the learner's weights; empty at the beginning. The learner copies them
     */
    Learner begin(TrainingPlan plan, Batch first, Optional<Map<String, NDArray>> saved) throws RefractException;

    /** Numbers that exist at a time in a step of so many samples; small learners may take steps side by side. */
    default long stepNumbers(int batch) {
        return Long.MAX_VALUE;
    }

    /** What the log says besides the learner's own metrics. */
    default Map<String, Double> metrics(Learner learner, BatchSource source) {
        return Map.of();
    }

    /** Facts of the extension that brings it; nothing for Refract's own. */
    default Map<String, String> maker() {
        return Map.of();
    }
}

package org.refract.engine.train;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;

/**
 * Ends the training of an autoencoder that gets no better, each for itself: it is written, and the others go on.
 *
 * @param metric a number of the run log; {@code explained_variance}, {@code alive} and {@code recovered} should grow, every other one should fall
 * @param patience optimiser steps without an improvement after which it ends; seen when a line is logged
 * @param least what counts as an improvement: more than this share of the best value's size
 */
public record EarlyStop(String metric, long patience, double least) {

    /** Explained variance that grew by less than a thousandth is noise of the batch. */
    public static final double LEAST = 1e-3;

    private static final Set<String> GROWING = Set.of("explained_variance", "alive", "recovered");

    /**
     * How an autoencoder does.
     *
     * @param best the best value so far
     * @param bestStep when that was
     * @param stopped whether it has ended
     */
    record Progress(double best, long bestStep, boolean stopped) {
    }

    void check() throws RefractException {
        if (metric.isBlank() || patience < 1 || !(least >= 0 && least < 1)) {
            throw RefractException.usage("An early stop needs a metric, a patience of at least one step, and a least improvement from 0 to below 1; it was"
                    + " given '%s', %d and %s.", metric, patience, least);
        }
    }

    /**
     * What is known after a line of the log.
     *
     * @throws RefractException if the line has no such metric, with those that it has
     */
    Progress after(Optional<Progress> before, long step, Map<String, Double> metrics) throws RefractException {
        Double value = metrics.get(metric);
        if (value == null) {
            throw RefractException.usage("The training has no metric '%s' to stop on; it has %s.", metric, String.join(", ", metrics.keySet()));
        }
        if (before.isEmpty() || !Double.isFinite(before.get().best()) || better(value, before.get().best())) {
            return new Progress(value, step, false);
        }
        return new Progress(before.get().best(), before.get().bestStep(), step - before.get().bestStep() >= patience);
    }

    private boolean better(double value, double best) {
        double gain = GROWING.contains(metric) ? value - best : best - value;
        return gain > least * Math.abs(best);
    }
}

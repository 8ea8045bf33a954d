package org.refract.engine.source;

import org.refract.api.model.Placement;

/**
 * How a stream is read.
 *
 * @param seed       of the order
 * @param batch      vectors of a batch
 * @param placement  the device that gets the batches
 * @param blockBytes how much of a store is shuffled together
 */
public record StreamOptions(long seed, int batch, Placement placement, long blockBytes) {
}

package org.refract.engine.sae;

import org.refract.api.model.Placement;

/**
 * The pieces into which a training step is cut. They change the speed and the memory of a step, and its numbers by rounding only.
 *
 * @param tile  samples whose pre-activations exist at a time
 * @param width latents whose pre-activations exist at a time
 * @param block samples that are looked at while they are in the processor's cache
 * @param group latents whose weights are updated while their gradients are in the cache
 */
public record StepBlocks(int tile, int width, int block, int group) {

    /** Pre-activations that exist at a time: 64 MiB. */
    private static final int PRE_ACTIVATIONS = 1 << 24;

    /** Samples of a product at the least; a dictionary too large for so many is cut too. */
    private static final int FEWEST_ROWS = 512;

    /** Pre-activations of a block: 8 MiB. */
    private static final int BLOCK_NUMBERS = 1 << 21;

    /** Weights of a group: 2 MiB in each of weights, gradient and two moments. */
    private static final int GROUP_NUMBERS = 1 << 19;

    /**
     * The pieces for a device. On a GPU, which has no such caches and where many small calls cost more than they save, a step is cut for
     * memory alone.
     *
     * @param batch  samples of a step
     * @param d      numbers of a sample
     * @param unit   latents that belong together: all pieces hold a multiple of it
     */
    public static StepBlocks of(Placement placement, int batch, int d, int latents, int unit) {
        int least = Math.min(batch, FEWEST_ROWS);
        int wide = Math.max(1, PRE_ACTIVATIONS / least / unit) * unit;
        int width = Math.min(latents, wide);
        int most = Math.max(1, PRE_ACTIVATIONS / width);
        int tile = Math.ceilDiv(batch, Math.ceilDiv(batch, most));
        return placement.device().equals("cpu")
                ? new StepBlocks(tile, width, Math.max(1, BLOCK_NUMBERS / width), Math.max(1, GROUP_NUMBERS / d))
                : new StepBlocks(tile, width, tile, latents);
    }
}

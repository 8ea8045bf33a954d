package org.refract.sae.topk;

import org.refract.api.model.Placement;

/**
 * The pieces into which a training step is cut. They change the speed and the memory of a step, and its numbers by rounding only.
 *
 * @param tile samples whose pre-activations exist at a time
 * @param block samples whose latents are chosen and decoded while their pre-activations are in the processor's cache
 * @param group latents whose weights are updated while their gradients are in the cache
 */
record StepBlocks(int tile, int block, int group) {

    /** Pre-activations that exist at a time: 64 MiB. */
    private static final int PRE_ACTIVATIONS = 1 << 24;

    private static final int FEWEST_ROWS = 64;

    /** Pre-activations of a block: 8 MiB. */
    private static final int BLOCK_NUMBERS = 1 << 21;

    /** Weights of a group: 2 MiB in each of weights, gradient and two moments. */
    private static final int GROUP_NUMBERS = 1 << 19;

    /**
     * The pieces for a device. On a GPU, which has no such caches and where many small calls cost more than they save, a step is cut for
     * memory alone.
     *
     * @param batch samples of a step
     */
    static StepBlocks of(Placement placement, int batch, int width, int latents) {
        int most = Math.max(FEWEST_ROWS, PRE_ACTIVATIONS / latents);
        int tile = Math.ceilDiv(batch, Math.ceilDiv(batch, most));
        return placement.device().equals("cpu")
                ? new StepBlocks(tile, Math.max(1, BLOCK_NUMBERS / latents), Math.max(1, GROUP_NUMBERS / width))
                : new StepBlocks(tile, tile, latents);
    }
}

package org.refract.model.sdxl.vae;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.nn.Forward;

/**
 * Large pictures in overlapping square tiles that fade into each other, so that memory depends on the tile alone (diffusers:
 * {@code AutoencoderKL.tiled_decode} and {@code tiled_encode}).
 *
 * @param picture side of a tile in pixels
 * @param latent  its side in latent positions
 */
record Tiling(int picture, int latent) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Tiling.class, "tiles.ts.py");
    /** Share of a tile that its neighbour covers too (diffusers: {@code tile_overlap_factor}). */
    private static final double OVERLAP = 0.25;

    /** Latent positions per side of the smallest tile whose overlap is a whole position. */
    private static final int SMALLEST = 4;

    /** Tiles of the size that the autoencoder was trained on. */
    static Tiling of(VaeConfig config) {
        int side = Math.max(config.sampleSize(), SMALLEST * config.scaleFactor());
        return new Tiling(side, side / config.scaleFactor());
    }

    /** Whether latents are larger than one tile. */
    boolean dividesLatents(NDArray latents) {
        return divides(latents, latent);
    }

    /** Whether pictures are larger than one tile. */
    boolean dividesPictures(NDArray pictures) {
        return divides(pictures, picture);
    }

    /** Latents to a picture; {@code decode} does it for one tile. */
    NDArray decoded(Forward run, NDArray latents, BiFunction<Forward, NDArray, NDArray> decode) {
        return tiled(run, latents, latent, picture, decode);
    }

    /** A picture to moments; {@code encode} does it for one tile. */
    NDArray encoded(Forward run, NDArray picture, BiFunction<Forward, NDArray, NDArray> encode) {
        return tiled(run, picture, this.picture, latent, encode);
    }

    private static boolean divides(NDArray map, int side) {
        return map.getShape().get(2) > side || map.getShape().get(3) > side;
    }

    private static NDArray tiled(Forward run, NDArray map, int from, int to, BiFunction<Forward, NDArray, NDArray> each) {
        int stride = (int) (from * (1 - OVERLAP));
        int extent = (int) (to * OVERLAP);
        List<NDArray> tiles = new ArrayList<>();
        long height = map.getShape().get(2);
        long width = map.getShape().get(3);
        for (int top = 0; top < height; top += stride) {
            for (int left = 0; left < width; left += stride) {
                int y = top;
                int x = left;
                tiles.add(run.scoped(step -> each.apply(step, KERNELS.call(step.owner(), "tile", map, y, x, from))));
            }
        }
        int columns = (int) ((width + stride - 1) / stride);
        return KERNELS.call(run.owner(), "joined", tiles, columns, extent, to - extent);
    }
}

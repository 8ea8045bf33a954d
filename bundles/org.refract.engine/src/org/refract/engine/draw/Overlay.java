package org.refract.engine.draw;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.refract.api.model.StartImage;
import org.refract.engine.kernel.KernelLibrary;

/**
 * What a mask keeps of a photo, laid over pictures that were drawn from it (diffusers: {@code VaeImageProcessor.apply_overlay}). Without it the
 * whole photo goes through the VAE, which changes every pixel a little.
 */
public final class Overlay {

    private static final KernelLibrary KERNELS = KernelLibrary.of(Overlay.class, "draw.ts.py");

    private Overlay() {
    }

    /**
     * {@code (1 - mask) · photo + mask · drawn}: where the mask is 0 the photo to the bit, where it is 1 what was drawn, and in between a share
     * of both.
     *
     * @param start  a photo {@code (1 or batch, 3, height, width)} and its mask; without a mask nothing is laid over
     * @param images {@code (batch, 3, height, width)} float32 in [0, 1]
     * @param owner  owns the result
     * @return pictures of the same shape on the same device
     */
    public static NDArray over(StartImage start, NDArray images, NDManager owner) {
        return start.mask().map(mask -> KERNELS.call(owner, "overlaid", start.image(), mask, images)).orElse(images);
    }
}

package org.refract.model.sdxl.block;

import org.refract.engine.kernel.KernelLibrary;
import org.refract.nn.Forward;

/** The kernels of this family's blocks, which call those of layers. */
public final class Blocks {

    public static final KernelLibrary KERNELS = KernelLibrary.of(Blocks.class, "blocks.ts.py", Forward.LAYERS);

    private Blocks() {
    }
}

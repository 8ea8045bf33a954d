package org.refract.model.sdxl.vae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.model.sdxl.ReferenceSet;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;

/** Tiled encoding and decoding, and drawing latents from moments, against diffusers. */
class VaeTilingTest {

    /** The set's README: tiles of 32 pixels. */
    private static final int TILE = 32;

    @ParameterizedTest
    @ValueSource(strings = {"wide", "tall", "odd"})
    void tilesAreBlendedAsInDiffusers(String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = golden()) {
            Vae vae = VaeTest.load(scope);
            Tiling tiling = new Tiling(TILE, TILE / vae.config().scaleFactor());
            Forward run = new Forward(HookTable.EMPTY, new Pass(0, 1, 0, 1, false), scope.manager());
            NDArray decoded = tiling.decoded(run, golden.read(name + ".z", scope.manager()), vae::decodeUnscaled);
            ReferenceSet.assertNear(golden, name + ".decoded", decoded, ReferenceSet.FORWARD);
            NDArray moments = tiling.encoded(run, golden.read(name + ".decoded", scope.manager()).clip(-1, 1), vae::encode);
            ReferenceSet.assertNear(golden, name + ".moments", moments, ReferenceSet.FORWARD);
        }
    }

    @Test
    void onlyLatentsLargerThanATileAreDivided() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Vae vae = VaeTest.load(scope);
            Forward run = new Forward(HookTable.EMPTY, new Pass(0, 1, 0, 1, false), scope.manager());
            NDArray small = Tensors.of(scope.manager(), new TorchRandom(1).randn(4 * 16 * 16), 1, 4, 16, 16);
            assertArrayEquals(Tensors.floats(vae.decode(run, small)), Tensors.floats(vae.decodeTiled(run, small)));
            NDArray large = Tensors.of(scope.manager(), new TorchRandom(1).randn(4 * 17 * 16), 1, 4, 17, 16);
            assertTrue(ReferenceSet.largestDifference(Tensors.floats(vae.decode(run, large)), Tensors.floats(vae.decodeTiled(run, large))) > 0);
        }
    }

    @Test
    void latentsAreDrawnFromMomentsAsInDiffusers() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = golden()) {
            Vae vae = VaeTest.load(scope);
            NDArray moments = golden.read("odd.moments", scope.manager());
            NDArray noise = Tensors.of(scope.manager(), new TorchRandom(71).randn(4 * 7 * 5), 1, 4, 7, 5);
            NDArray drawn = vae.latents(scope.manager(), moments, noise).div(vae.config().scalingFactor());
            ReferenceSet.assertNear(golden, "sample", drawn, ReferenceSet.FORWARD);
        }
    }

    private static SafeTensors golden() throws Exception {
        return SafeTensors.open(new Locations().reference("pipelines").resolve("vae_tiled.safetensors"));
    }
}

package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.block.Timesteps;
import org.refract.model.sdxl.options.MicroConditioning.Crop;
import org.refract.model.sdxl.options.MicroConditioning.Size;
import org.refract.model.sdxl.options.MicroConditioning;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;

/** What the U-Net is told in numbers. */
class TimeIdsTest {

    @Test
    void sizesAndCropsStandInTheOrderOfDiffusers() throws Exception {
        try (SafeTensors golden = ReferenceSet.tensors("time_ids.safetensors")) {
            float[] whole = golden.floats("base.default");
            ImageRequest request = ImageRequest.of(1, 1, (int) whole[0], (int) whole[1]);
            assertArrayEquals(whole, TimeIds.of(request, false, false));
            float[] custom = golden.floats("base.custom");
            MicroConditioning sizes = new MicroConditioning(size(custom, 0), new Crop((int) custom[2], (int) custom[3]), size(custom, 4));
            assertArrayEquals(custom, TimeIds.of(request.with(sizes::on), false, false));
        }
    }

    @Test
    void theRefinerIsToldALowScoreForWhatIsNotWanted() throws Exception {
        try (SafeTensors golden = ReferenceSet.tensors("time_ids.safetensors")) {
            float[] wanted = golden.floats("refiner.positive");
            float[] unwanted = golden.floats("refiner.negative");
            ImageRequest request = ImageRequest.of(1, 5, (int) wanted[0], (int) wanted[1]).withPrompts(List.of("a", "b"), List.of(1L, 2L));
            float[] ids = TimeIds.of(request, true, true);
            for (int row = 0; row < 4; row++) {
                assertArrayEquals(row < 2 ? unwanted : wanted, Arrays.copyOfRange(ids, row * wanted.length, (row + 1) * wanted.length));
            }
        }
    }

    @Test
    void sinusoidsOfEveryWidthEqualTheReference() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors("time_ids.safetensors")) {
            NDArray timesteps = ReferenceSet.read(golden, "timesteps", scope.manager());
            Forward run = new Forward(HookTable.EMPTY, new Pass(0, 1, 0, 1, false), scope.manager());
            for (String name : golden.names().stream().filter(n -> n.startsWith("sinusoid.")).toList()) {
                Timesteps module = new Timesteps("t", Integer.parseInt(name.substring("sinusoid.".length())), true, 0);
                ReferenceSet.assertNear(golden, name, module.forward(run, timesteps), ReferenceSet.FORWARD);
            }
        }
    }

    private static Optional<Size> size(float[] ids, int at) {
        return Optional.of(new Size((int) ids[at], (int) ids[at + 1]));
    }
}

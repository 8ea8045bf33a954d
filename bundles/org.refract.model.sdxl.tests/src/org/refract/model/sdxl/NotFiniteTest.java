package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.Locations;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Numbers that are not finite end a run with a sentence and never become a black picture. */
class NotFiniteTest {

    private static final KernelLibrary KERNELS = KernelLibrary.ofText("spoil", """
            def spoilt(x: Tensor) -> Tensor:
              return x * inf

            def times(x: Tensor, by: float) -> Tensor:
              return x * by
            """);

    @Test
    void theSentenceNamesTheStepAndThePart() throws Exception {
        refuse("unet", 1, "In step 2 of 3 the U-Net gave");
        refuse("scheduler.model_output", 0, "In step 1 of 3 the U-Net gave");
        refuse("scheduler", 2, "In step 3 of 3 the scheduler made");
        refuse("text_encoder_2.text_model.encoder.layers.0", 0, "text encoder");
        refuse("vae.decoder", -1, "While decoding, the VAE gave");
    }

    private static void refuse(String path, int step, String words) throws Exception {
        try (ImageModel model = DemoModelTest.open("turbo"); Scope scope = Scope.open(Placement.CPU)) {
            Hook spoil = Hooks.of(new HookPoint(path, Site.OUTPUT), (pass, value) ->
                    step < 0 || pass.step() == step ? KERNELS.call(value.getManager(), "spoilt", value) : value);
            String message = assertThrows(RefractException.class, () -> model.generate(model.defaults().withPrompt("red heart", 1).withSteps(3),
                    List.of(spoil), Monitor.silent(), scope.manager())).getMessage();
            assertTrue(message.contains(words), message);
        }
    }

    @Test
    void aVaeThatOverflowsInAHalfTypeGoesOnInSinglePrecision() throws Exception {
        Placement half = new Placement("cpu", Placement.DType.FP16);
        try (ImageModel model = (ImageModel) new SdxlBackend().open(new Locations().demo().resolve("turbo"), half, Monitor.silent()); Scope scope = Scope.open(half)) {
            ImageRequest request = model.defaults().withPrompt("red heart", 1).withSteps(1);
            Hook large = Hooks.of(new HookPoint("scheduler", Site.OUTPUT), (pass, value) -> KERNELS.call(value.getManager(), "times", value, 3e4));
            Notes notes = new Notes(new ArrayList<>());
            NDArray overflowed = model.generate(request, List.of(large), notes, scope.manager()).images().orElseThrow();
            assertEquals(List.of("The VAE overflowed in fp16 while decoding and goes on in fp32."), notes.sentences());
            for (float value : Tensors.floats(overflowed)) {
                assertTrue(value >= 0 && value <= 1);
            }
            model.generate(request, List.of(large), notes, scope.manager());
            assertEquals(1, notes.sentences().size());
        }
    }
}

package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.PixelOutput;
import org.refract.api.model.PixelRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.TextRequest;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** A request of pixels to an image model is for its VAE. */
class LookingTest {

    @Test
    void picturesBecomeTheMeanOfTheirLatentsAndPicturesAgain() throws Exception {
        try (ImageModel model = DemoModelTest.open("turbo"); Scope scope = Scope.open(Placement.CPU)) {
            NDArray drawn = model.generate(model.defaults().withPrompts(List.of("red heart", "green apple"), List.of(1L, 2L)), List.of(), Monitor.silent(),
                    scope.manager()).images().orElseThrow();
            List<float[]> moments = new ArrayList<>();
            int held = scope.liveTensors();
            PixelOutput seen = (PixelOutput) model.run(PixelRequest.of(drawn).withRebuild(true),
                    List.of(Hooks.reader(new HookPoint("vae.quant_conv", Site.OUTPUT), moments::add)), Monitor.silent(), scope.manager());
            assertEquals(held + 2, scope.liveTensors());
            float[] encoding = Tensors.floats(seen.encoding());
            double scale = SdxlParts.read(new Locations().demo().resolve("turbo")).vae().config().scalingFactor();
            int each = encoding.length / 2;
            for (int picture = 0; picture < 2; picture++) {
                float[] mean = Arrays.copyOfRange(moments.getFirst(), 2 * picture * each, (2 * picture + 1) * each);
                for (int i = 0; i < each; i++) {
                    assertEquals(mean[i] * scale, encoding[picture * each + i], 1e-5);
                }
            }
            assertEquals(drawn.getShape(), seen.images().orElseThrow().getShape());
            float[] before = Tensors.floats(drawn);
            float[] after = Tensors.floats(seen.images().orElseThrow());
            double difference = 0;
            for (int i = 0; i < before.length; i++) {
                difference += Math.abs(before[i] - after[i]) / before.length;
            }
            assertTrue(difference < 0.05, "the VAE changes its own pictures by " + difference);

            PixelOutput alone = (PixelOutput) model.run(PixelRequest.of(drawn.get("1:2")), List.of(), Monitor.silent(), scope.manager());
            assertArrayEquals(Arrays.copyOfRange(encoding, each, 2 * each), Tensors.floats(alone.encoding()));
            assertTrue(alone.images().isEmpty());
        }
    }

    @Test
    void whatIsNoPictureIsRefused() throws Exception {
        try (ImageModel model = DemoModelTest.open("turbo"); Scope scope = Scope.open(Placement.CPU)) {
            PixelRequest odd = PixelRequest.of(Tensors.zeros(scope.manager(), 1, 3, 63, 64));
            assertTrue(assertThrows(RefractException.class, () -> model.run(odd, List.of(), Monitor.silent(), scope.manager())).getMessage().contains("multiples of"));
            PixelRequest said = PixelRequest.of(Tensors.zeros(scope.manager(), 1, 3, 64, 64)).withOption("shift", 3);
            assertTrue(assertThrows(RefractException.class, () -> model.run(said, List.of(), Monitor.silent(), scope.manager())).getMessage().contains("no option 'shift'"));
            TextRequest text = TextRequest.ofTexts(List.of("red heart"));
            assertTrue(assertThrows(RefractException.class, () -> model.run(text, List.of(), Monitor.silent(), scope.manager())).getMessage().contains("'text'"));
        }
    }
}

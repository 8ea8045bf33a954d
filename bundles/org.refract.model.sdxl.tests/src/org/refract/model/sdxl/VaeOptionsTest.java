package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.StartImage;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.model.sdxl.options.VaeOptions;

/** How the VAE saves memory. */
class VaeOptionsTest {

    @Test
    void slicesChangeNothingAndTilesALittle() throws Exception {
        try (ImageModel model = DemoModelTest.open("turbo")) {
            ImageRequest request = model.defaults().withPrompts(List.of("red heart", "blue star"), List.of(1L, 2L)).withSteps(1).withSize(96, 112);
            float[] whole = run(model, request, List.of());
            assertArrayEquals(whole, run(model, request.with(new VaeOptions(true, false)::on), List.of()));
            float[] tiled = run(model, request.with(new VaeOptions(false, true)::on), List.of());
            double difference = ReferenceSet.largestDifference(whole, tiled);
            assertTrue(difference > 0);
            double mean = 0;
            for (int i = 0; i < whole.length; i++) {
                mean += Math.abs(whole[i] - tiled[i]) / whole.length;
            }
            assertTrue(mean < 0.1, "mean difference " + mean);
        }
    }

    @Test
    void memoryIsFlatOverPicturesMadeOfPictures() throws Exception {
        try (ImageModel model = DemoModelTest.open("turbo"); Scope scope = Scope.open(Placement.CPU)) {
            ImageRequest plain = model.defaults().withPrompt("red heart", 1).withSteps(4).withGuidance(2);
            StartImage start = new StartImage(Tensors.of(scope.manager(), new TorchRandom(1).rand(3 * 64 * 64), 1, 3, 64, 64), 0.6,
                    Optional.of(Tensors.of(scope.manager(), new TorchRandom(2).rand(64 * 64), 1, 1, 64, 64)));
            List<Hook> hooks = List.of(Hooks.of(new HookPoint("scheduler", Site.INPUT), (pass, value) -> value.mul(0.9)),
                    Hooks.of(new HookPoint("scheduler.x0", Site.OUTPUT), (pass, value) -> value.mul(0.9)));
            int held = scope.liveTensors();
            for (int i = 0; i < 20; i++) {
                model.generate(plain.withStart(start).with(new VaeOptions(false, i % 2 == 0)::on), i % 3 == 0 ? hooks : List.of(), Monitor.silent(),
                        scope.manager()).close();
                assertEquals(held, scope.liveTensors());
            }
        }
    }

    private static float[] run(ImageModel model, ImageRequest request, List<Hook> hooks) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return Tensors.floats(model.generate(request, hooks, Monitor.silent(), scope.manager()).images().orElseThrow());
        }
    }
}

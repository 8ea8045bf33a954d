package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.options.TextOptions.LongPrompts;
import org.refract.model.sdxl.options.TextOptions.Weighting;
import org.refract.model.sdxl.options.TextOptions;
import org.refract.model.sdxl.schedulers.SchedulerConfig;

/** Pictures of a whole model with every way to write a prompt, and with every scheduler. */
class PromptOptionsTest {

    private static final ImageRequest REQUEST = ImageRequest.of(2, 3, 64, 64).withPrompt("a (red:1.4) cat", 1).withNegativePrompts(List.of("dog"))
            .withDecode(false);

    @Test
    void theNotationChangesThePictureAndAPlainPromptDoesNot() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(ReferenceSet.base())) {
            float[] literal = latents(model, REQUEST, scope);
            float[] weighted = latents(model, REQUEST.with(TextOptions.DEFAULT.withWeighting(Weighting.A1111)::on), scope);
            assertFalse(Arrays.equals(literal, weighted));
            ImageRequest plain = REQUEST.withPrompt("a red cat", 1);
            float[] expected = latents(model, plain, scope);
            for (Weighting weighting : Weighting.values()) {
                assertArrayEquals(expected, latents(model, plain.with(TextOptions.DEFAULT.withWeighting(weighting)
                        .withLongPrompts(LongPrompts.CHUNK)::on), scope));
            }
        }
    }

    @Test
    void aLongPromptAndAShortNegativeOneGoTogether() throws Exception {
        for (Path folder : List.of(ReferenceSet.base(), ReferenceSet.refiner())) {
            try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(folder)) {
                ImageRequest request = REQUEST.withPrompt("a cat on a mat, ".repeat(30), 1)
                        .with(TextOptions.DEFAULT.withLongPrompts(LongPrompts.CHUNK).withClipSkip(1).withPrompts2(List.of("oil"))::on);
                float[] with = latents(model, request, scope);
                float[] without = latents(model, request.withNegativePrompts(List.of()), scope);
                assertFalse(Arrays.equals(with, without));
            }
        }
    }

    static List<String> schedulers() {
        return SchedulerConfig.names();
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void everySchedulerDrawsAPictureAndTheSameOneAgain(String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(ReferenceSet.base())) {
            ImageRequest request = REQUEST.withSteps(3).withScheduler(name);
            float[] once = latents(model, request, scope);
            assertArrayEquals(once, latents(model, request, scope));
            for (float value : once) {
                assertTrue(Float.isFinite(value), name);
            }
        }
    }

    private static float[] latents(ImageModel model, ImageRequest request, Scope scope) throws Exception {
        int before = scope.liveTensors();
        try (var batch = model.generate(request, List.of(), Monitor.silent(), scope.manager())) {
            return Tensors.floats(batch.latents());
        } finally {
            assertEquals(before, scope.liveTensors(), "nothing is left behind");
        }
    }

    private static ImageModel open(Path folder) throws Exception {
        return (ImageModel) new SdxlBackend().open(folder, Placement.CPU, Adapters.NONE, Monitor.silent());
    }
}

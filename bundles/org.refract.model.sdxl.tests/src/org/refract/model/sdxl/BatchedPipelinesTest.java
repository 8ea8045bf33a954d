package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.StartImage;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** A picture is the same to the bit whatever else is in its batch. */
class BatchedPipelinesTest {

    private static final List<String> PROMPTS = List.of("red heart, noto style", "blue star", "");

    static Stream<Path> models() throws Exception {
        return Stream.of(new Locations().demo().resolve("turbo"), ReferenceSet.base(), ReferenceSet.refiner());
    }

    @ParameterizedTest
    @MethodSource("models")
    void threeTogetherAreThreeAlone(Path folder) throws Exception {
        try (ImageModel model = (ImageModel) new SdxlBackend().open(folder, Placement.CPU, Monitor.silent()); Scope scope = Scope.open(Placement.CPU)) {
            ImageRequest plain = ImageRequest.of(3, 4, 64, 64).withNegativePrompts(List.of("green")).withScheduler("euler_ancestral");
            ImageRequest masked = plain.withStart(new StartImage(Tensors.of(scope.manager(), new TorchRandom(1).rand(3 * 64 * 64), 1, 3, 64, 64), 0.7,
                    Optional.of(Tensors.of(scope.manager(), new TorchRandom(2).rand(64 * 64), 1, 1, 64, 64))));
            for (ImageRequest request : List.of(plain, plain.withGuidance(1), masked)) {
                ImageBatch together = model.generate(request.withPrompts(PROMPTS, List.of(1L, 2L, 3L)), List.of(), Monitor.silent(), scope.manager());
                for (int i = 0; i < PROMPTS.size(); i++) {
                    ImageBatch alone = model.generate(request.withPrompt(PROMPTS.get(i), i + 1), List.of(), Monitor.silent(), scope.manager());
                    compare(alone, together, i);
                }
            }
        }
    }

    private static void compare(ImageBatch alone, ImageBatch together, int i) {
        compare(Tensors.floats(alone.latents()), Tensors.floats(together.latents()), i);
        compare(Tensors.floats(alone.images().orElseThrow()), Tensors.floats(together.images().orElseThrow()), i);
    }

    private static void compare(float[] alone, float[] together, int i) {
        assertArrayEquals(alone, Arrays.copyOfRange(together, i * alone.length, (i + 1) * alone.length));
    }
}

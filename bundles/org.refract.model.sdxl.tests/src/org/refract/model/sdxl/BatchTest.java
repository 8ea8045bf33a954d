package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.Locations;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** A picture does not depend on its batch, on the CPU not by one bit. */
class BatchTest {

    /**
     * How pictures are drawn.
     *
     * @param guidance above 1 every picture is in the batch twice
     */
    record Case(Path model, int steps, double guidance, int side, boolean hooked) {
    }

    static Stream<Case> cases() throws Exception {
        Path demo = new Locations().demo().resolve("turbo");
        return Stream.of(new Case(ReferenceSet.base(), 2, 4, 64, false), new Case(ReferenceSet.base(), 2, 4, 64, true),
                new Case(ReferenceSet.base(), 1, 1, 72, false), new Case(ReferenceSet.refiner(), 1, 3, 72, false),
                new Case(demo, 1, 1, 64, false), new Case(demo, 1, 3, 160, false), new Case(demo, 1, 1, 64, true));
    }

    private record Pictures(List<float[]> latents, List<float[]> images) {
    }

    private static Pictures draw(ImageModel model, Case how, int first, int count) throws Exception {
        List<String> prompts = IntStream.range(first, first + count).mapToObj(i -> "a red cube, number " + i).toList();
        List<Long> seeds = IntStream.range(first, first + count).mapToObj(i -> 100L + i).toList();
        ImageRequest request = ImageRequest.of(how.steps, how.guidance, how.side, how.side).withPrompts(prompts, seeds).withNegativePrompts(List.of("blue"));
        List<Hook> hooks = new ArrayList<>();
        if (how.hooked) {
            hooks.add(Hooks.of(new HookPoint("unet.mid_block.attentions.0", Site.UPDATE), (pass, value) -> value));
            hooks.add(Hooks.of(new HookPoint("unet.down_blocks.1.resnets.0.nonlinearity", Site.OUTPUT), (pass, value) -> value));
            hooks.add(Hooks.of(new HookPoint("unet.up_blocks.0.attentions.0.transformer_blocks.0.ff.net.0", Site.INPUT), (pass, value) -> value));
        }
        try (Scope scope = Scope.open(Placement.CPU); ImageBatch batch = model.generate(request, hooks, Monitor.silent(), scope.manager())) {
            return new Pictures(rows(Tensors.floats(batch.latents()), count), rows(Tensors.floats(batch.images().orElseThrow()), count));
        }
    }

    private static List<float[]> rows(float[] all, int count) {
        int each = all.length / count;
        return IntStream.range(0, count).mapToObj(i -> Arrays.copyOfRange(all, i * each, (i + 1) * each)).toList();
    }

    @Test
    void smallPicturesAreTheSameWithAnyNumberOfThreads() throws Exception {
        Case how = new Case(new Locations().demo().resolve("turbo"), 2, 3, 64, false);
        Pictures one = drawWith(1, how);
        for (int threads : List.of(2, 3)) {
            Pictures several = drawWith(threads, how);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(one.images.get(i), several.images.get(i), "picture " + i + " with " + threads + " threads");
            }
        }
    }

    private static Pictures drawWith(int threads, Case how) {
        return Lanes.withThreads(threads, () -> {
            try (ImageModel model = (ImageModel) new SdxlBackend().open(how.model, Placement.CPU, Monitor.silent())) {
                return draw(model, how, 0, 3);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyBatchSizeDrawsTheSamePictures(Case how) throws Exception {
        try (ImageModel model = (ImageModel) new SdxlBackend().open(how.model, Placement.CPU, Monitor.silent())) {
            List<float[]> latents = new ArrayList<>();
            List<float[]> images = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                Pictures alone = draw(model, how, i, 1);
                latents.addAll(alone.latents);
                images.addAll(alone.images);
            }
            for (int count : List.of(2, 3, 5, 7)) {
                Pictures together = draw(model, how, 7 - count, count);
                for (int i = 0; i < count; i++) {
                    assertArrayEquals(latents.get(7 - count + i), together.latents.get(i), "latents of picture " + i + " of " + count);
                    assertArrayEquals(images.get(7 - count + i), together.images.get(i), "picture " + i + " of " + count);
                }
            }
        }
    }
}

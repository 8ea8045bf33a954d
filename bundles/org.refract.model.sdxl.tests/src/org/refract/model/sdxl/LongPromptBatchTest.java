package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.GradientRequest;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Objective;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.model.sdxl.options.TextOptions.LongPrompts;
import org.refract.model.sdxl.options.TextOptions;

/** A picture does not depend on how long the other prompts of its batch are. */
class LongPromptBatchTest {

    private static final String LONG = "a cat, ".repeat(40);
    private static final List<String> PROMPTS = List.of("a red cube", LONG, "a blue star", LONG + LONG, "a dog");
    private static final List<String> NEGATIVE = List.of("green", "", LONG, "", "blurred");
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L, 4L, 5L);
    private static final int SIDE = 32;

    private static ImageModel open() throws Exception {
        return (ImageModel) new SdxlBackend().open(ReferenceSet.base(), Placement.CPU, Monitor.silent());
    }

    private static ImageRequest plain() {
        return ImageRequest.of(2, 4, SIDE, SIDE).withScheduler("euler_ancestral").with(TextOptions.DEFAULT.withLongPrompts(LongPrompts.CHUNK)::on);
    }

    /** The request for one picture of those of a whole one. */
    private static ImageRequest alone(ImageRequest whole, int i, Scope scope) {
        ImageRequest one = whole.withPrompt(PROMPTS.get(i), SEEDS.get(i));
        if (whole.negativePrompts().size() > 1) {
            one = one.withNegativePrompts(List.of(NEGATIVE.get(i)));
        }
        if (whole.options().all("prompt2").size() > 1) {
            one = one.withOption("prompt2", whole.options().all("prompt2").get(i));
        }
        if (whole.start().isPresent()) {
            StartImage start = whole.start().get();
            one = one.withStart(new StartImage(Tensors.of(scope.manager(), row(Tensors.floats(start.image()), i), 1, 3, SIDE, SIDE), start.strength(),
                    start.mask()));
        }
        if (whole.stage().latents().isPresent()) {
            long[] shape = whole.stage().latents().get().getShape().getShape().clone();
            shape[0] = 1;
            one = one.withStage(Stage.from(whole.stage().start(), Tensors.of(scope.manager(), row(Tensors.floats(whole.stage().latents().get()), i), shape)));
        }
        return one;
    }

    private static float[] row(float[] all, int i) {
        int each = all.length / PROMPTS.size();
        return Arrays.copyOfRange(all, i * each, (i + 1) * each);
    }

    @Test
    void shortAndLongPromptsTogetherAreEachAlone() throws Exception {
        try (ImageModel model = open(); Scope scope = Scope.open(Placement.CPU)) {
            ImageRequest all = plain().withPrompts(PROMPTS, SEEDS);
            float[] pictures = new TorchRandom(1).rand(PROMPTS.size() * 3 * SIDE * SIDE);
            StartImage start = new StartImage(Tensors.of(scope.manager(), pictures, PROMPTS.size(), 3, SIDE, SIDE), 0.7,
                    Optional.of(Tensors.of(scope.manager(), new TorchRandom(2).rand(SIDE * SIDE), 1, 1, SIDE, SIDE)));
            long[] latents = model.generate(all.withDecode(false), List.of(), Monitor.silent(), scope.manager()).latents().getShape().getShape();
            int numbers = (int) Arrays.stream(latents).reduce(1, (a, b) -> a * b);
            Stage stage = Stage.from(0.4, Tensors.of(scope.manager(), new TorchRandom(3).randn(numbers), latents));
            for (ImageRequest request : List.of(all, all.withGuidance(1), all.withNegativePrompts(NEGATIVE), all.withNegativePrompts(List.of(LONG)),
                    all.with(said -> said.with("prompt2", List.of("a", "b", LONG, "d", "e"))), all.withNegativePrompts(NEGATIVE).withStart(start),
                    all.withStage(stage))) {
                ImageBatch together = model.generate(request, List.of(), Monitor.silent(), scope.manager());
                for (int i = 0; i < PROMPTS.size(); i++) {
                    ImageBatch alone = model.generate(alone(request, i, scope), List.of(), Monitor.silent(), scope.manager());
                    assertArrayEquals(Tensors.floats(alone.latents()), row(Tensors.floats(together.latents()), i), "latents " + i);
                    assertArrayEquals(Tensors.floats(alone.images().orElseThrow()), row(Tensors.floats(together.images().orElseThrow()), i), "picture " + i);
                }
            }
        }
    }

    @Test
    void hooksSeeEachGroupAndProgressIsThatOfOneRun() throws Exception {
        try (ImageModel model = open(); Scope scope = Scope.open(Placement.CPU)) {
            List<Integer> seen = new ArrayList<>();
            long[] done = {0};
            Monitor counting = new ForwardingMonitor(Monitor.silent()) {
                @Override
                public void advance(long units) {
                    done[0] += units;
                }
            };
            model.generate(plain().withPrompts(PROMPTS, SEEDS), List.of(Hooks.of(new HookPoint("unet.mid_block", Site.OUTPUT), (pass, value) -> {
                seen.add(pass.examples());
                return value;
            })), counting, scope.manager());
            assertEquals(List.of(3, 3, 1, 1, 1, 1), seen);
            assertEquals(2, done[0]);
        }
    }

    @Test
    void aNoteOnTheWholeRequestIsSaidOnce() throws Exception {
        try (ImageModel model = open(); Scope scope = Scope.open(Placement.CPU)) {
            List<String> notes = new ArrayList<>();
            String changing = " [cat:dog:0.5]";
            model.generate(plain().withOption("weighting", "a1111")
                    .withPrompts(List.of("a" + changing, LONG + changing), List.of(1L, 2L)), List.of(), new Notes(notes), scope.manager());
            assertEquals(1, notes.stream().filter(note -> note.contains("is read as words")).count(), notes::toString);
            assertEquals(1, notes.stream().filter(note -> note.contains("is longer than 75 tokens")).count(), notes::toString);
        }
    }

    @Test
    void gradientsOfPicturesThatAreDrawnApartAreRefused() throws Exception {
        try (ImageModel model = open(); Scope scope = Scope.open(Placement.CPU)) {
            HookPoint point = new HookPoint("unet.mid_block", Site.OUTPUT);
            String said = assertThrows(RefractException.class, () -> model.gradients(plain().withPrompts(PROMPTS, SEEDS),
                    GradientRequest.of(Objective.ofLatents(x -> x), List.of(point)), List.of(), Monitor.silent(), scope.manager())).getMessage();
            assertTrue(said.contains("drawn apart"), said);
        }
    }
}

package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.Stage;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.options.MicroConditioning;

/** The opened model as its users meet it, on the demo model. */
class SdxlModelTest {

    private static ImageModel model;

    @BeforeAll
    static void open() throws Exception {
        model = DemoModelTest.open("turbo");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void theSameRequestGivesTheSamePictureToTheBit() throws Exception {
        ImageRequest request = model.defaults().withPrompt("green apple", 7);
        assertArrayEquals(latents(request), latents(request));
    }

    @Test
    void aPictureDoesNotDependOnWhatElseRunsInItsBatch() throws Exception {
        List<String> prompts = List.of("red heart", "blue star", "", "cat face");
        ImageRequest all = model.defaults().withPrompts(prompts, List.of(1L, 2L, 3L, 4L));
        float[] together = latents(all);
        for (int i = 0; i < prompts.size(); i++) {
            float[] alone = latents(all.withPrompts(List.of(prompts.get(i)), List.of(i + 1L)));
            float[] row = Arrays.copyOfRange(together, i * alone.length, (i + 1) * alone.length);
            ReferenceSet.assertNear(prompts.get(i), alone, row, ReferenceSet.FORWARD);
        }
    }

    @Test
    void aNegativePromptOfNoWordsIsNotTheSameAsNone() throws Exception {
        ImageRequest guided = model.defaults().withPrompt("red heart", 1).withGuidance(3).withSteps(2);
        float[] none = latents(guided);
        float[] empty = latents(guided.withNegativePrompts(List.of("")));
        assertTrue(ReferenceSet.largestDifference(none, empty) > 1e-3);
    }

    @Test
    void guidanceOfOneIsNoGuidance() throws Exception {
        ImageRequest request = model.defaults().withPrompt("red heart", 1).withSteps(1);
        assertArrayEquals(latents(request.withGuidance(0)), latents(request.withGuidance(1)));
    }

    @Test
    void hooksEverywhereThatChangeNothingChangeNotOneBit() throws Exception {
        ImageRequest request = model.defaults().withPrompt("red heart, noto style", 3).withSteps(2).withGuidance(2).withNegativePrompts(List.of("blue"));
        Set<HookPoint> called = new HashSet<>();
        List<Hook> hooks = new ArrayList<>();
        for (HookPointInfo info : model.hookPoints()) {
            for (Site site : Site.values()) {
                if (site != Site.UPDATE || info.update()) {
                    HookPoint point = new HookPoint(info.path(), site);
                    hooks.add(Hooks.of(point, (pass, value) -> {
                        called.add(point);
                        return value;
                    }));
                }
            }
        }
        try (Scope scope = Scope.open(Placement.CPU)) {
            ImageBatch plain = model.generate(request, List.of(), Monitor.silent(), scope.manager());
            ImageBatch hooked = model.generate(request, hooks, Monitor.silent(), scope.manager());
            assertArrayEquals(Tensors.floats(plain.latents()), Tensors.floats(hooked.latents()));
            assertArrayEquals(Tensors.floats(plain.images().orElseThrow()), Tensors.floats(hooked.images().orElseThrow()));
        }
        Set<HookPoint> silent = new HashSet<>(hooks.stream().map(Hook::point).toList());
        silent.removeAll(called);
        assertTrue(silent.stream().allMatch(p -> p.path().startsWith("vae.encoder") || p.path().startsWith("vae.quant_conv")), silent.toString());
    }

    @Test
    void hooksHearWhichStepAndWhichRowsTheySee() throws Exception {
        ImageRequest request = model.defaults().withPrompts(List.of("a", "b"), List.of(1L, 2L)).withSteps(3).withGuidance(2);
        List<String> passes = new ArrayList<>();
        HookPoint point = model.defaultHookPoints().getFirst();
        run(request, List.of(Hooks.of(point, (pass, value) -> {
            passes.add("%d/%d %d %s %d".formatted(pass.step(), pass.steps(), pass.examples(), pass.guided(), value.getShape().get(0)));
            return value;
        })), Monitor.silent());
        assertEquals(List.of("0/3 2 true 4", "1/3 2 true 4", "2/3 2 true 4"), passes);
    }

    @Test
    void aReplacedUpdateChangesThePictureAndTheNextHookSeesIt() throws Exception {
        ImageRequest request = model.defaults().withPrompt("red heart", 1).withSteps(1);
        float[] plain = latents(request);
        for (HookPoint point : model.defaultHookPoints()) {
            List<float[]> seen = new ArrayList<>();
            float[] changed = run(request, List.of(Hooks.of(point, (pass, value) -> value.mul(0)), Hooks.reader(point, seen::add)), Monitor.silent());
            assertTrue(ReferenceSet.largestDifference(plain, changed) > 1e-3, point.toString());
            assertEquals(0, ReferenceSet.largestDifference(new float[seen.getFirst().length], seen.getFirst()));
        }
    }

    @Test
    void theFourPointsOfThePaperAreTheDefaultAndHaveRoles() {
        assertEquals(4, model.defaultHookPoints().size());
        for (HookPoint point : model.defaultHookPoints()) {
            HookPointInfo info = model.hookPoint(point.path()).orElseThrow();
            assertEquals(Site.UPDATE, point.site());
            assertFalse(info.role().isEmpty());
            assertEquals("Transformer2DModel", info.kind());
        }
    }

    @Test
    void memoryIsFlatOverManyPictures() throws Exception {
        List<Hook> hooks = List.of(Hooks.of(model.defaultHookPoints().getFirst(), (pass, value) -> value.add(0)));
        try (Scope scope = Scope.open(Placement.CPU)) {
            ImageRequest request = model.defaults().withSteps(2).withGuidance(2);
            int held = -1;
            for (int i = 0; i < 50; i++) {
                model.generate(request.withPrompt("heart", i), i % 2 == 0 ? hooks : List.of(), Monitor.silent(), scope.manager()).close();
                held = held < 0 ? scope.liveTensors() : held;
                assertEquals(held, scope.liveTensors());
            }
            assertEquals(0, held);
        }
    }

    @Test
    void aLongPromptIsCutWithANoteWhereThatIsWanted() throws Exception {
        List<String> notes = new ArrayList<>();
        run(model.defaults().withOption("long_prompts", "cut").withPrompt("red apple ".repeat(1000), 1).withSteps(1), List.of(), new Listener(notes, new ArrayList<>(), Integer.MAX_VALUE));
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().contains("was cut"), notes.getFirst());
    }

    @Test
    void everyStepIsReportedAndCanBeTheLast() {
        List<Long> progress = new ArrayList<>();
        Monitor monitor = new Listener(new ArrayList<>(), progress, 2);
        assertThrows(CancelledException.class, () -> run(model.defaults().withPrompt("red apple", 1).withSteps(4), List.of(), monitor));
        assertEquals(List.of(1L, 1L), progress);
    }

    @Test
    void aStageStopsAndAnotherGoesOn() throws Exception {
        ImageRequest request = model.defaults().withPrompt("red apple", 1).withSteps(4).withScheduler("euler").withDecode(false);
        float[] whole = run(request, List.of(), Monitor.silent());
        try (Scope scope = Scope.open(Placement.CPU)) {
            ImageBatch half = model.generate(request.withStage(Stage.until(0.5)), List.of(), Monitor.silent(), scope.manager());
            ImageBatch rest = model.generate(request.withStage(Stage.from(0.5, half.latents())), List.of(), Monitor.silent(), scope.manager());
            assertEquals(Optional.empty(), rest.images());
            assertArrayEquals(whole, Tensors.floats(rest.latents()));
        }
    }

    @Test
    void badRequestsAreRefusedWithASentence() throws Exception {
        ImageRequest good = model.defaults();
        refuse(good.withSize(66, 64), "multiples of");
        refuse(good.withSize(0, 64), "multiples of");
        refuse(good.withSize(1 << 20, 1 << 20), "too large");
        refuse(good.withSteps(0), "0 steps");
        refuse(good.withSteps(100_000), "100000 steps");
        refuse(good.withGuidance(Double.NaN), "guidance");
        refuse(good.withPrompts(List.of("a", "b"), List.of(1L)), "2 prompts and 1 seeds");
        refuse(good.withPrompts(List.of(), List.of()), "no prompt");
        refuse(good.withNegativePrompts(Collections.nCopies(3, "x")), "1 prompts and 3 negative prompts");
        refuse(good.withScheduler("nonsense"), "nonsense");
        refuse(good.with(new MicroConditioning(Optional.empty(), new MicroConditioning.Crop(-1, 0), Optional.empty())::on), "crop");
        refuse(good.withStage(Stage.until(0)), "stage");
        String message = assertThrows(RefractException.class, () -> run(good, List.of(Hooks.of(new HookPoint("unet.mid_block.attention.0",
                Site.UPDATE), (pass, value) -> value)), Monitor.silent())).getMessage();
        assertTrue(message.contains("unet.mid_block.attentions.0"), message);
    }

    @Test
    void picturesOfOtherShapesCanBeMade() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            ImageRequest request = model.defaults().withPrompt("red heart", 1).withSteps(1).withSize(52, 100);
            ImageBatch batch = model.generate(request, List.of(), Monitor.silent(), scope.manager());
            assertArrayEquals(new long[] {1, 3, 52, 100}, batch.images().orElseThrow().getShape().getShape());
        }
    }

    @Test
    void everySeedHasNoiseOfItsOwn() throws Exception {
        Set<String> different = new HashSet<>();
        for (long seed : LongStream.range(0, 4).toArray()) {
            different.add(Arrays.toString(latents(model.defaults().withPrompt("red heart", seed).withSteps(1))));
        }
        assertEquals(4, different.size());
    }

    private static void refuse(ImageRequest request, String words) {
        RefractException refused = assertThrows(RefractException.class, () -> run(request, List.of(), Monitor.silent()));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
        assertEquals(2, refused.exitCode());
    }

    private static float[] latents(ImageRequest request) throws Exception {
        return run(request.withDecode(false), List.of(), Monitor.silent());
    }

    private static float[] run(ImageRequest request, List<Hook> hooks, Monitor monitor) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return Tensors.floats(model.generate(request, hooks, monitor, scope.manager()).latents());
        }
    }

    /** Hears notes and progress, and stops the work after some steps. */
    private static final class Listener extends ForwardingMonitor {
        private final List<String> notes;
        private final List<Long> progress;
        private final int stopAfter;

        private Listener(List<String> notes, List<Long> progress, int stopAfter) {
            super(Monitor.silent());
            this.notes = notes;
            this.progress = progress;
            this.stopAfter = stopAfter;
        }

        @Override
        public void advance(long units) {
            progress.add(units);
        }

        @Override
        public void note(String sentence) {
            notes.add(sentence);
        }

        @Override
        public void checkpoint() {
            if (progress.size() >= stopAfter) {
                throw new CancelledException("enough");
            }
        }
    }
}

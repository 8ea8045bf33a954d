package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Layout;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.store.RecordingHook;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.model.sdxl.schedulers.SchedulerConfig;
import org.refract.model.sdxl.schedulers.Solver;
import org.refract.nn.ConfigFile;
import org.refract.nn.Forward;
import org.refract.nn.HookTable;

/** Hooks on the steps of the denoising. */
class SchedulerPointsTest {

    private static final List<String> PATHS = List.of("scheduler", "scheduler.model_output", "scheduler.x0");
    private static final int STEPS = 4;

    private static ImageModel model;

    @BeforeAll
    static void open() throws Exception {
        model = DemoModelTest.open("turbo");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    static Stream<String> schedulers() {
        return SchedulerConfig.names().stream().filter(name -> !name.matches(".*_(karras|exponential|beta|kl_optimal|ays)"));
    }

    @Test
    void stepsAreHookPointsOfTheModel() {
        for (String path : PATHS) {
            HookPointInfo info = model.hookPoint(path).orElseThrow();
            assertEquals(4, info.width());
            assertEquals(Layout.SPATIAL, info.layout());
            assertTrue(info.update());
        }
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void hooksThatChangeNothingChangeNotOneBit(String scheduler) throws Exception {
        List<Hook> hooks = new ArrayList<>();
        for (String path : PATHS) {
            for (Site site : Site.values()) {
                hooks.add(Hooks.of(new HookPoint(path, site), (pass, value) -> value));
                hooks.add(Hooks.of(new HookPoint(path, site), (pass, value) -> value));
            }
        }
        ImageRequest request = request().withScheduler(scheduler).withGuidance(3);
        assertArrayEquals(run(request, List.of()), run(request, hooks));
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void aReplacedPredictionOfThePictureIsTheOneThatThePredictionMeans(String scheduler) throws Exception {
        SchedulerConfig config = SchedulerConfig.read(ConfigFile.read(ReferenceSet.base().resolve("scheduler/scheduler_config.json"))).named(scheduler);
        try (Scope scope = Scope.open(Placement.CPU)) {
            Solver solver = config.scheduler().solver(STEPS, scope.manager());
            HookTable half = new HookTable(List.of(Hooks.of(new HookPoint("scheduler.x0", Site.OUTPUT), (pass, value) -> value.mul(0.5))));
            Forward forward = new Forward(half, new Pass(0, STEPS, 0, 1, false), scope.manager());
            TorchRandom random = new TorchRandom(3);
            for (int i = 0; i < solver.timesteps().length; i++) {
                NDArray output = Tensors.of(scope.manager(), random.randn(64), 1, 4, 4, 4);
                NDArray sample = Tensors.of(scope.manager(), random.randn(64), 1, 4, 4, 4);
                float[] was = Tensors.floats(solver.predictedOriginal(scope.manager(), i, output, sample));
                NDArray left = new SchedulerPoints("", 4).modelOutput(forward, solver, i, output, sample);
                float[] means = Tensors.floats(solver.predictedOriginal(scope.manager(), i, left, sample));
                for (int j = 0; j < was.length; j++) {
                    assertEquals(0.5f * was[j], means[j], 1e-3f * Math.max(1, Math.abs(was[j])), scheduler + " at " + i);
                }
            }
        }
    }

    @Test
    void aReplacedPredictionOfThePictureIsWhatTheLastStepEndsWith() throws Exception {
        for (String scheduler : List.of("euler", "heun", "dpmpp_2m")) {
            float[] ended = run(request().withScheduler(scheduler + ",timestep_spacing=trailing"), List.of(Hooks.of(
                    new HookPoint("scheduler.x0", Site.OUTPUT), (pass, value) -> pass.step() == pass.steps() - 1 ? value.mul(0).add(0.25) : value)));
            for (float value : ended) {
                assertEquals(0.25f, value, 1e-4f, scheduler);
            }
        }
    }

    @Test
    void theSampleBeforeAStepIsTheOneAfterTheStepBefore() throws Exception {
        List<float[]> before = new ArrayList<>();
        List<float[]> after = new ArrayList<>();
        List<float[]> change = new ArrayList<>();
        float[] latents = run(request().withGuidance(3), List.of(Hooks.reader(new HookPoint("scheduler", Site.INPUT), before::add),
                Hooks.reader(new HookPoint("scheduler", Site.OUTPUT), after::add), Hooks.reader(new HookPoint("scheduler", Site.UPDATE), change::add)));
        assertEquals(STEPS, before.size());
        for (int i = 1; i < STEPS; i++) {
            assertArrayEquals(after.get(i - 1), before.get(i));
        }
        assertArrayEquals(latents, after.getLast());
        for (int j = 0; j < latents.length; j++) {
            assertEquals(after.getFirst()[j] - before.getFirst()[j], change.getFirst()[j]);
        }
    }

    @Test
    void theGuidedPredictionIsWhatTheSolverGets() throws Exception {
        List<float[]> halves = new ArrayList<>();
        List<float[]> guided = new ArrayList<>();
        run(request().withGuidance(3), List.of(Hooks.reader(new HookPoint("unet", Site.OUTPUT), halves::add),
                Hooks.reader(new HookPoint("scheduler.model_output", Site.OUTPUT), guided::add)));
        for (int i = 0; i < STEPS; i++) {
            int n = guided.get(i).length;
            assertEquals(2 * n, halves.get(i).length);
            for (int j = 0; j < n; j++) {
                float u = halves.get(i)[j];
                assertEquals(u + 3 * (halves.get(i)[n + j] - u), guided.get(i)[j], 1e-5f);
            }
        }
    }

    @Test
    void stepsAreRecordedAsAnyOtherHookPoint() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            RecordingHook hook = new RecordingHook(new HookPoint("scheduler", Site.UPDATE), scope.manager());
            ImageRequest request = request().withPrompts(List.of("red heart", "blue star"), List.of(1L, 2L)).withGuidance(3);
            model.generate(request, List.of(hook), Monitor.silent(), scope.manager());
            assertArrayEquals(new long[] {2, STEPS, 16 * 16, 4}, hook.update().getShape().getShape());
        }
    }

    @Test
    void aChangedSampleIsWhatTheUNetSees() throws Exception {
        ImageRequest request = request();
        float[] other = run(request.withPrompt("red heart", 2), List.of());
        List<float[]> start = new ArrayList<>();
        run(request.withPrompt("red heart", 2), List.of(Hooks.reader(new HookPoint("scheduler", Site.INPUT), start::add)));
        float[] replaced = run(request.withScheduler("euler"), List.of(Hooks.of(new HookPoint("scheduler", Site.INPUT), (pass, value) ->
                pass.step() == 0 ? Tensors.of(value.getManager(), start.getFirst(), value.getShape().getShape()) : value)));
        assertArrayEquals(run(request.withPrompt("red heart", 2).withScheduler("euler"), List.of()), replaced);
        assertEquals(other.length, replaced.length);
    }

    private static ImageRequest request() {
        return model.defaults().withPrompt("red heart", 1).withSteps(STEPS).withDecode(false);
    }

    private static float[] run(ImageRequest request, List<Hook> hooks) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            return Tensors.floats(model.generate(request, hooks, Monitor.silent(), scope.manager()).latents());
        }
    }
}

package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.GradientRequest;
import org.refract.api.model.Gradients;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Objective;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Gradients of whole runs against PyTorch's autograd through diffusers' pipeline, and against finite differences. */
class GradientsTest {

    private static final HookPoint MID = new HookPoint("unet.mid_block.attentions.0", Site.OUTPUT);
    /** Of the largest number of a gradient. */
    private static final double TOLERANCE = 2e-3;

    private static final KernelLibrary PLUS = KernelLibrary.ofText("gradients test", """
            def plus(x: Tensor, change: Tensor) -> Tensor:
              return x + change

            def halved(x: Tensor) -> Tensor:
              return x * 0.5
            """);

    private static Path file(String name) throws RefractException {
        return new Locations().reference("gradients").resolve(name);
    }

    static Stream<String> cases() throws Exception {
        return json().keySet().stream();
    }

    private static JsonObject json() throws Exception {
        return JsonParser.parseString(Files.readString(file("gradients.json"))).getAsJsonObject();
    }

    private static ImageModel open() throws Exception {
        return (ImageModel) new SdxlBackend().open(ReferenceSet.base(), Placement.CPU, Monitor.silent());
    }

    /** The objective of the reference set. */
    private static NDArray number(NDArray x) {
        float[] weights = new float[(int) x.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) Math.sin(0.37 * i);
        }
        NDArray w = Tensors.of(x.getManager(), weights, x.getShape().getShape());
        return x.mul(w).mean().add(x.square().mean());
    }

    private static ImageRequest request(JsonObject run) {
        ImageRequest request = ImageRequest.of(run.get("steps").getAsInt(), run.get("guidance").getAsDouble(), run.get("size").getAsInt(), run.get("size").getAsInt())
                .withPrompt(run.get("prompt").getAsString(), run.get("seed").getAsLong()).withNegativePrompts(List.of(run.get("negative").getAsString()));
        String scheduler = run.get("scheduler").getAsString();
        return scheduler.equals("scheduler") ? request : request.withScheduler(scheduler);
    }

    private static Objective objective(JsonObject run) {
        UnaryOperator<NDArray> number = GradientsTest::number;
        return switch (run.get("target").getAsString()) {
            case "images" -> Objective.ofImages(number);
            case "latents" -> Objective.ofLatents(number);
            default -> Objective.at(new HookPoint(run.get("target").getAsString(), Site.OUTPUT), run.get("step").getAsInt(), number);
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsEqualTheReference(String name) throws Exception {
        JsonObject run = json().getAsJsonObject(name);
        List<HookPoint> points = new ArrayList<>();
        for (JsonElement point : run.getAsJsonArray("points")) {
            points.add(new HookPoint(point.getAsString(), Site.OUTPUT));
        }
        double largest = 0;
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(); SafeTensors golden = SafeTensors.open(file("gradients.safetensors"));
                Gradients found = model.gradients(request(run), GradientRequest.of(objective(run), points), List.of(), Monitor.silent(), scope.manager())) {
            double objective = run.get("objective").getAsDouble();
            assertEquals(objective, found.objective(), 2e-4 * Math.abs(objective));
            assertEquals(golden.names().stream().filter(n -> n.startsWith(name + "/")).count(), 2L * found.points().size());
            for (Gradients.Gradient gradient : found.points()) {
                String at = name + "/" + gradient.point().path() + "@" + gradient.pass().step();
                largest = Math.max(largest, compare(golden, at + ".value", gradient.value()));
                largest = Math.max(largest, compare(golden, at + ".gradient", gradient.gradient()));
            }
        }
        System.out.printf("%s: %.1e%n", name, largest);
    }

    private static double compare(SafeTensors golden, String name, NDArray actual) throws Exception {
        assertArrayEquals(golden.info(name).shape().getShape(), actual.getShape().getShape(), name);
        float[] expected = golden.floats(name);
        double scale = 1e-30;
        for (float e : expected) {
            scale = Math.max(scale, Math.abs(e));
        }
        return ReferenceSet.assertNear(name, expected, Tensors.floats(actual), TOLERANCE * scale) / scale;
    }

    private static ImageRequest threeSteps() {
        return ImageRequest.of(3, 3, 64, 64).withPrompt("a red cube", 7).withNegativePrompts(List.of("blue"));
    }

    private static Gradients gradients(ImageModel model, ImageRequest request, List<HookPoint> points, List<Hook> hooks, Scope scope) throws Exception {
        return model.gradients(request, GradientRequest.of(Objective.ofLatents(GradientsTest::number), points), hooks, Monitor.silent(), scope.manager());
    }

    private static double objective(ImageModel model, ImageRequest request, List<Hook> hooks) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); ImageBatch batch = model.generate(request, hooks, Monitor.silent(), scope.manager())) {
            return Tensors.scalar(number(batch.latents()));
        }
    }

    static Stream<HookPoint> differences() throws Exception {
        return Stream.of(new HookPoint("unet.down_blocks.2.attentions.1", Site.UPDATE), new HookPoint("unet.up_blocks.0.attentions.0", Site.INPUT),
                new HookPoint("unet.up_blocks.1.resnets.2.time_emb_proj", Site.OUTPUT), new HookPoint("unet", Site.INPUT),
                new HookPoint("unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.probs", Site.INPUT),
                new HookPoint("text_encoder.text_model.embeddings", Site.OUTPUT));
    }

    @ParameterizedTest
    @MethodSource("differences")
    void theGradientTellsHowTheObjectiveMoves(HookPoint point) throws Exception {
        ImageRequest request = threeSteps().withScheduler("scheduler_turbo");
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(); Gradients found = gradients(model, request, List.of(point), List.of(), scope)) {
            NDArray gradient = found.points().getFirst().gradient();
            double norm = Math.sqrt(Tensors.scalar(gradient.square().sum()));
            double step = 2e-4 * Math.sqrt(Tensors.scalar(found.points().getFirst().value().square().sum()));
            double[] moved = new double[2];
            for (int sign = 0; sign < 2; sign++) {
                NDArray change = gradient.mul((sign == 0 ? step : -step) / norm);
                Hook push = Hooks.of(point, (pass, value) -> pass.step() > 0 ? value : PLUS.call(value.getManager(), "plus", value, change));
                moved[sign] = objective(model, request, List.of(push));
            }
            double slope = (moved[0] - moved[1]) / (2 * step);
            assertEquals(norm, slope, 0.03 * norm, point + ": slope " + slope + ", gradient " + norm);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler_ancestral", "heun", "dpm2_ancestral", "dpmpp_2m_sde", "dpmpp_3m", "dpmpp_2s", "dpmpp_sde", "unipc", "lms", "lcm"})
    void gradientsPassThroughEveryKindOfScheduler(String scheduler) throws Exception {
        ImageRequest request = threeSteps().withScheduler(scheduler);
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(); Gradients found = gradients(model, request, List.of(MID), List.of(), scope)) {
            NDArray gradient = found.points().getFirst().gradient();
            double norm = Math.sqrt(Tensors.scalar(gradient.square().sum()));
            double step = 2e-4 * Math.sqrt(Tensors.scalar(found.points().getFirst().value().square().sum()));
            double[] moved = new double[2];
            for (int sign = 0; sign < 2; sign++) {
                NDArray change = gradient.mul((sign == 0 ? step : -step) / norm);
                AtomicInteger calls = new AtomicInteger();
                Hook push = Hooks.of(MID, (pass, value) -> calls.getAndIncrement() > 0 ? value : PLUS.call(value.getManager(), "plus", value, change));
                moved[sign] = objective(model, request, List.of(push));
            }
            assertEquals(norm, (moved[0] - moved[1]) / (2 * step), 0.05 * norm);
        }
    }

    @Test
    void whatIsReportedPassedInAnOrdinaryRun() throws Exception {
        List<HookPoint> points = List.of(MID, new HookPoint(MID.path(), Site.UPDATE), new HookPoint("unet", Site.OUTPUT));
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(); Gradients found = gradients(model, threeSteps(), points, List.of(), scope);
                ImageBatch plain = model.generate(threeSteps(), List.of(), Monitor.silent(), scope.manager())) {
            assertEquals(Tensors.scalar(number(plain.latents())), found.objective());
            List<float[]> seen = new ArrayList<>();
            model.generate(threeSteps(), points.stream().map(p -> Hooks.reader(p, seen::add)).toList(), Monitor.silent(), scope.manager()).close();
            assertEquals(9, found.points().size());
            for (int step = 0; step < 3; step++) {
                assertArrayEquals(seen.get(3 * step + 1), Tensors.floats(found.points().get(3 * step).value()));
                assertArrayEquals(seen.get(3 * step), Tensors.floats(found.points().get(3 * step + 1).value()));
                assertArrayEquals(seen.get(3 * step + 2), Tensors.floats(found.points().get(3 * step + 2).value()));
                assertArrayEquals(Tensors.floats(found.points().get(3 * step).gradient()), Tensors.floats(found.points().get(3 * step + 1).gradient()));
            }
        }
    }

    @Test
    void gradientsPassThroughTheChangesOfHooks() throws Exception {
        HookPoint before = new HookPoint("unet.down_blocks.2.resnets.0", Site.OUTPUT);
        List<Hook> doubled = List.of(Hooks.of(before, (pass, value) -> value.mul(2)));
        List<Hook> twice = List.of(Hooks.of(before, (pass, value) -> PLUS.call(value.getManager(), "plus", value, value)));
        List<Hook> constant = List.of(Hooks.of(before, (pass, value) -> Tensors.of(value.getManager(), Tensors.floats(value.mul(2)), value.getShape().getShape())));
        HookPoint earlier = new HookPoint("unet.down_blocks.2.resnets.0.conv2", Site.OUTPUT);
        ImageRequest request = threeSteps().withSteps(1);
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open()) {
            float[] byPyTorch = Tensors.floats(gradients(model, request, List.of(earlier), doubled, scope).points().getFirst().gradient());
            float[] kernel = Tensors.floats(gradients(model, request, List.of(earlier), twice, scope).points().getFirst().gradient());
            assertArrayEquals(byPyTorch, kernel, 1e-7f);
            assertTrue(Stream.of(byPyTorch).anyMatch(g -> g[0] != 0));
            float[] after = Tensors.floats(gradients(model, request, List.of(before), doubled, scope).points().getFirst().gradient());
            for (int i = 0; i < after.length; i++) {
                assertEquals(2 * after[i], byPyTorch[i], 1e-7);
            }
            float[] cut = Tensors.floats(gradients(model, request, List.of(earlier), constant, scope).points().getFirst().gradient());
            assertArrayEquals(new float[cut.length], cut);
        }
    }

    @Test
    void memoryDoesNotGrowWithTheActivationsOfTheSteps() throws Exception {
        try (ImageModel model = open()) {
            long[] two = bytes(model, 2);
            long[] eight = bytes(model, 8);
            long forward = values(model);
            assertTrue(eight[0] - two[0] < 6 * forward / 20, "six more steps hold " + (eight[0] - two[0]) + " bytes, one forward pass makes " + forward);
            assertTrue(eight[1] - two[1] < forward / 2, "the peak of eight steps is " + eight[1] + " bytes, of two " + two[1] + ", one forward pass makes " + forward);
        }
    }

    /** Bytes of live tensors, views counted in full: after the last step, and the most while steps are computed again. */
    private static long[] bytes(ImageModel model, int steps) throws Exception {
        long[] most = new long[2];
        try (Scope scope = Scope.open(Placement.CPU)) {
            Hook look = Hooks.of(new HookPoint("unet.conv_out", Site.INPUT), (pass, value) -> {
                long live = scope.manager().getManagedArrays().stream().mapToLong(a -> 4 * a.size()).sum();
                most[0] = pass.step() == steps - 1 && most[0] == 0 ? live : most[0];
                most[1] = Math.max(most[1], live);
                return value;
            });
            gradients(model, threeSteps().withSteps(steps), List.of(MID), List.of(look), scope).close();
        }
        return most;
    }

    /** Bytes that the modules of the U-Net put out in one forward pass. */
    private static long values(ImageModel model) throws Exception {
        long[] sum = new long[1];
        List<Hook> hooks = new ArrayList<>();
        model.hookPoints().stream().filter(p -> p.path().startsWith("unet.") && !p.kind().equals("AttentionProbs")).forEach(p ->
                hooks.add(Hooks.of(new HookPoint(p.path(), Site.OUTPUT), (pass, value) -> {
                    sum[0] += 4 * value.size();
                    return value;
                })));
        try (Scope scope = Scope.open(Placement.CPU)) {
            model.generate(threeSteps().withSteps(1), hooks, Monitor.silent(), scope.manager()).close();
        }
        return sum[0];
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open()) {
            gradients(model, threeSteps(), List.of(MID), List.of(), scope).close();
            assertEquals(0, scope.liveTensors());
        }
    }

    @Test
    void aRequestThatCannotBeMetIsRefusedInASentence() throws Exception {
        HookPoint ids = new HookPoint("text_encoder.text_model.embeddings", Site.INPUT);
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open()) {
            assertTrue(refusal(() -> gradients(model, threeSteps(), List.of(ids), List.of(), scope)).contains("whole numbers"));
            assertTrue(refusal(() -> gradients(model, threeSteps(), List.of(new HookPoint("unet.nowhere", Site.OUTPUT)), List.of(), scope)).contains("no hook point"));
            assertTrue(refusal(() -> gradients(model, threeSteps(), List.of(new HookPoint("vae.encoder", Site.OUTPUT)), List.of(), scope)).contains("never pass"));
            assertTrue(refusal(() -> model.gradients(threeSteps(), GradientRequest.of(Objective.at(MID, 5, GradientsTest::number), List.of(MID)), List.of(),
                    Monitor.silent(), scope.manager())).contains("step 5"));
        }
    }

    private static String refusal(Executable work) {
        return assertThrows(RefractException.class, work).getMessage();
    }
}

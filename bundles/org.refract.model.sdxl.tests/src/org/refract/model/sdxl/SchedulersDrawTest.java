package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** What every scheduler must do in a pipeline, with a trained model. */
class SchedulersDrawTest {

    private static final int STEPS = 4;
    private static final List<String> PROMPTS = List.of("red heart, twemoji style, on a yellow background", "green square, twemoji style");

    private static ImageModel model;
    private static float[] drawn;

    @BeforeAll
    static void draw() throws Exception {
        model = DemoModelTest.open("turbo");
        try (Scope scope = Scope.open(Placement.CPU)) {
            drawn = Tensors.floats(pictures(request("euler_ancestral"), scope));
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    static Stream<String> schedulers() {
        return SchedulerPointsTest.schedulers();
    }

    /** Without the one whose last step begins in noise. */
    static Stream<String> schedulersThatEndGently() {
        return schedulers().filter(name -> !name.equals("turbo_sgm"));
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void drawsThePictureOfASeedInABatchOfAnySize(String scheduler) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] both = latents(request(scheduler), scope);
            float[] second = latents(request(scheduler).withPrompt(PROMPTS.get(1), 2), scope);
            assertArrayEquals(Arrays.copyOfRange(both, second.length, both.length), second);
        }
    }

    @ParameterizedTest
    @MethodSource("schedulersThatEndGently")
    void imageToImageOfLittleStrengthKeepsThePicture(String scheduler) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray image = Tensors.of(scope.manager(), drawn, 2, 3, 64, 64);
            float[] again = Tensors.floats(pictures(request(scheduler).withSteps(8).withStart(StartImage.of(image, 0.25)), scope));
            assertTrue(distance(again) < 0.15, scheduler + " " + distance(again));
        }
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void twoStagesDrawWhatThePromptSays(String scheduler) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray half = Tensors.of(scope.manager(), latents(request(scheduler).withStage(Stage.until(0.5)), scope), 2, 4, 16, 16);
            float[] rest = Tensors.floats(pictures(request(scheduler).withStage(Stage.from(0.5, half)), scope));
            assertTrue(distance(rest) < 0.4, scheduler + " " + distance(rest));
        }
    }

    private static ImageRequest request(String scheduler) {
        return model.defaults().withPrompts(PROMPTS, List.of(1L, 2L)).withSteps(STEPS).withScheduler(scheduler);
    }

    private static NDArray pictures(ImageRequest request, Scope scope) throws RefractException {
        return model.generate(request, List.of(), Monitor.silent(), scope.manager()).images().orElseThrow();
    }

    private static float[] latents(ImageRequest request, Scope scope) throws RefractException {
        return Tensors.floats(model.generate(request.withDecode(false), List.of(), Monitor.silent(), scope.manager()).latents());
    }

    /** Root of the mean square of the difference to the first drawing, of values in [0, 1]. */
    private static double distance(float[] pictures) {
        double sum = 0;
        for (int i = 0; i < drawn.length; i++) {
            sum += (pictures[i] - drawn[i]) * (pictures[i] - drawn[i]);
        }
        return Math.sqrt(sum / drawn.length);
    }
}

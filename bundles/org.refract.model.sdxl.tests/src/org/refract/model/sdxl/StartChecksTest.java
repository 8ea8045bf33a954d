package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.options.GuidanceOptions;
import org.refract.model.sdxl.options.MicroConditioning;

/** Pictures, masks and stages that do not fit are refused with a sentence. */
class StartChecksTest {

    private static ImageModel model;
    private static ImageRequest good;
    private Scope scope;

    @BeforeAll
    static void open() throws Exception {
        model = DemoModelTest.open("turbo");
        good = model.defaults().withPrompt("red heart", 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @BeforeEach
    void scope() {
        scope = Scope.open(Placement.CPU);
    }

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void picturesThatDoNotFit() {
        refuse(start(filled(0.5f, 1, 3, 32, 64), 0.5), "picture to begin with has 32 x 64");
        refuse(start(filled(0.5f, 1, 4, 8, 8), 0.5), "latents to begin with have 8 x 8");
        refuse(start(filled(0.5f, 1, 2, 64, 64), 0.5), "3 channels");
        refuse(start(filled(0.5f, 3, 64, 64), 0.5), "has the shape");
        refuse(start(filled(0.5f, 3, 3, 64, 64), 0.5), "3 pictures to begin with and 1 prompts");
        refuse(start(filled(Float.NaN, 1, 3, 64, 64), 0.5), "not finite");
    }

    @Test
    void strengthsThatMakeNoSense() {
        NDArray picture = filled(0.5f, 1, 3, 64, 64);
        for (double strength : new double[] {0, -1, 1.5, Double.NaN}) {
            refuse(start(picture, strength), "strength is " + strength);
        }
        refuse(start(picture, 0.1).withSteps(4), "less than one step");
    }

    @Test
    void masksThatDoNotFit() {
        refuse(masked(filled(1, 1, 1, 32, 32)), "mask has 32 x 32");
        refuse(masked(filled(1, 1, 3, 64, 64)), "one channel");
        refuse(masked(filled(1, 2, 1, 64, 64)), "2 masks and 1 prompts");
        refuse(masked(filled(Float.POSITIVE_INFINITY, 1, 1, 64, 64)), "not finite");
    }

    @Test
    void stagesWithNothingToGoOnFrom() {
        refuse(good.withStage(new Stage(0.5, 1, Optional.empty())), "nothing to go on from");
        NDArray latents = filled(0.5f, 1, 4, 16, 16);
        refuse(good.withStage(Stage.from(0.5, latents)).withStart(StartImage.of(latents, 0.5)), "not both");
        refuse(good.withStage(Stage.from(0.5, filled(Float.NaN, 1, 4, 16, 16))), "not finite");
        refuse(good.withStage(Stage.from(0.5, filled(0, 1, 4, 8, 16))), "the request needs");
        refuse(start(latents, 0.25).withScheduler("euler").withSteps(8).withStage(Stage.until(0.3)), "no step is left");
    }

    @Test
    void guidanceOptionsAndScoresThatMakeNoSense() {
        refuse(good.with(new GuidanceOptions(1.5, 0, 1)::on), "'guidance_rescale' cannot be '1.5'");
        refuse(good.with(new GuidanceOptions(0, 0.7, 0.5)::on), "Guidance from");
        refuse(good.with(new GuidanceOptions(0, Double.NaN, 0.5)::on), "'guidance_from' cannot be 'NaN'");
        refuse(good.with(new MicroConditioning(Optional.empty(), new MicroConditioning.Crop(0, -1), Optional.empty())::onNegative), "crop");
        refuse(good.with(new MicroConditioning(Optional.empty(), new MicroConditioning.Crop(0, 0), Optional.empty(),
                OptionalDouble.of(Double.NaN))::on), "aesthetic_score");
    }

    private NDArray filled(float value, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(values, value);
        return Tensors.of(scope.manager(), values, shape);
    }

    private static ImageRequest start(NDArray picture, double strength) {
        return good.withStart(StartImage.of(picture, strength));
    }

    private ImageRequest masked(NDArray mask) {
        return good.withStart(new StartImage(filled(0.5f, 1, 3, 64, 64), 0.5, Optional.of(mask)));
    }

    private void refuse(ImageRequest request, String words) {
        RefractException refused = assertThrows(RefractException.class, () -> model.generate(request, List.of(), Monitor.silent(), scope.manager()));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
        assertEquals(2, refused.exitCode());
    }
}

package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.options.GuidanceOptions;
import org.refract.model.sdxl.options.MicroConditioning.Crop;
import org.refract.model.sdxl.options.MicroConditioning;
import org.refract.model.sdxl.options.VaeOptions;

/** What is asked for in vain changes nothing to the bit, and is said. */
class IdleTest {

    private static final ImageRequest PLAIN = ImageRequest.of(2, 1, 64, 64).withPrompt("a cat", 3);

    @TempDir
    private Path folder;
    private Scope scope;
    private ImageModel model;

    @BeforeEach
    void open() throws Exception {
        scope = Scope.open(Placement.CPU);
        model = (ImageModel) new SdxlBackend().open(ReferenceSet.base(), Placement.CPU, Monitor.silent());
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
    }

    @Test
    void negativesWithoutGuidance() throws Exception {
        assertIdle(PLAIN, r -> r.withNegativePrompts(List.of("a dog")), "The negative prompt changes nothing: it needs guidance above 1, and this is 1.0.");
        assertIdle(PLAIN, r -> r.with(new GuidanceOptions(0.7, 0, 1)::on), "it needs guidance above 1");
        assertIdle(PLAIN, r -> r.with(MicroConditioning.DEFAULT::onNegative), "Negative sizes, crops and scores change nothing");
    }

    @Test
    void guidanceInNoStep() throws Exception {
        ImageRequest guided = PLAIN.withGuidance(4);
        ImageRequest never = guided.with(new GuidanceOptions(0, 0.6, 0.9)::on);
        List<String> notes = new ArrayList<>();
        assertArrayEquals(draw(PLAIN, new ArrayList<>()), draw(never, notes));
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().contains("No step of 2 lies from 0.6 until 0.9"), notes.getFirst());
    }

    @Test
    void whatOnlyARefinerIsTold() throws Exception {
        assertIdle(PLAIN, r -> r.with(new MicroConditioning(Optional.empty(), new Crop(0, 0), Optional.empty(), OptionalDouble.of(9))::on),
                "The aesthetic score changes nothing: only a refiner is told one.");
    }

    @Test
    void theVaesMemoryOfSmallPictures() throws Exception {
        assertIdle(PLAIN, r -> r.with(new VaeOptions(true, false)::on), "Slicing the VAE's work changes nothing");
        assertIdle(PLAIN, r -> r.with(new VaeOptions(false, true)::on), "Tiling changes nothing: 64 x 64 pixels fit into one tile");
    }

    @Test
    void settingsThatASchedulerDoesNotKnow() throws Exception {
        assertIdle(PLAIN.withScheduler("euler"), r -> r.withScheduler("euler,solver_order=3"), "The scheduler EulerDiscreteScheduler knows nothing of 'solver_order'");
        List<String> notes = new ArrayList<>();
        draw(PLAIN.withScheduler("ddim,eta=0.5,timestep_spacing=trailing"), notes);
        assertEquals(List.of(), notes);
    }

    @Test
    void masksOfOneColour() throws Exception {
        NDArray picture = Tensors.zeros(scope.manager(), 1, 3, 64, 64);
        NDArray black = Tensors.zeros(scope.manager(), 1, 1, 64, 64);
        List<String> notes = new ArrayList<>();
        draw(PLAIN.withStart(new StartImage(picture, 0.5, Optional.of(black))), notes);
        assertEquals(List.of("The mask is black everywhere: nothing is drawn anew."), notes);
        notes.clear();
        draw(PLAIN.withStart(new StartImage(picture, 0.5, Optional.of(black.add(1)))), notes);
        assertEquals(List.of("The mask is white everywhere: nothing of the picture is kept for it."), notes);
    }

    @Test
    void aRefinerThatGetsNoStepIsSaid() throws Exception {
        try (ImageModel refiner = (ImageModel) new SdxlBackend().open(ReferenceSet.refiner(), Placement.CPU, Monitor.silent())) {
            NDArray latents = Tensors.zeros(scope.manager(), 1, 4, 8, 8);
            List<String> notes = new ArrayList<>();
            ImageRequest late = PLAIN.withScheduler("ddim,timestep_spacing=trailing").withStage(Stage.from(0.99, latents)).withDecode(false);
            float[] after = Tensors.floats(refiner.generate(late, List.of(), new Notes(notes), scope.manager()).latents());
            assertArrayEquals(Tensors.floats(latents), after);
            assertTrue(notes.getFirst().contains("None of the 2 steps lies behind 0.99 of the noise levels"), notes.toString());
        }
    }

    @Test
    void aLearntWordThatNoPromptSays() throws Exception {
        Path file = folder.resolve("nicehands.safetensors");
        SafeTensorsWriter.write(file, Map.of("name", "trainrun-step-500"), Map.of("clip_l", Tensors.zeros(scope.manager(), 1, 32), "clip_g",
                Tensors.zeros(scope.manager(), 1, 48)));
        Adapters adapters = new Adapters(List.of(), List.of(file), Optional.empty());
        try (ImageModel taught = (ImageModel) new SdxlBackend().open(ReferenceSet.base(), Placement.CPU, adapters, Monitor.silent())) {
            List<String> said = taught.idle(List.of(PLAIN, PLAIN.withNegativePrompts(List.of("nicehands"))));
            assertEquals(1, said.size());
            assertTrue(said.getFirst().contains("no prompt holds the word 'trainrun-step-500' or 'nicehands'"), said.getFirst());
            assertEquals(List.of(), taught.idle(List.of(PLAIN, PLAIN.withPrompt("a hand, (NiceHands:1.2)", 1))));
            assertEquals(List.of(), taught.idle(List.of(PLAIN.withGuidance(5).withNegativePrompts(List.of("trainrun-step-500")))));
            assertEquals(List.of(), model.idle(List.of(PLAIN)));
        }
    }

    /** That a change of a request changes no number of the picture, and that a note says so. */
    private void assertIdle(ImageRequest plain, UnaryOperator<ImageRequest> change, String sentence) throws Exception {
        List<String> notes = new ArrayList<>();
        float[] before = draw(plain, notes);
        assertEquals(List.of(), notes);
        assertArrayEquals(before, draw(change.apply(plain), notes));
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(notes.getFirst().contains(sentence), notes.getFirst());
    }

    private float[] draw(ImageRequest request, List<String> notes) throws Exception {
        return Tensors.floats(model.generate(request, List.of(), new Notes(notes), scope.manager()).images().orElseThrow());
    }
}

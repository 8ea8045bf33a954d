package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.Stage;
import org.refract.engine.Locations;
import org.refract.engine.draw.Refinement;
import org.refract.engine.draw.TwoStages;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** A base and a refiner that draw one picture. */
class TwoStagesTest {

    private static ImageModel base;
    private static ImageModel refiner;

    @BeforeAll
    static void open() throws Exception {
        base = (ImageModel) new SdxlBackend().open(ReferenceSet.base(), Placement.CPU, Monitor.silent());
        refiner = (ImageModel) new SdxlBackend().open(ReferenceSet.refiner(), Placement.CPU, Monitor.silent());
    }

    @AfterAll
    static void close() {
        base.close();
        refiner.close();
    }

    @Test
    void aHandoffEqualsDiffusersWithSharedGenerators() throws Exception {
        compare(new Refinement.Handoff(0.6), "handoff");
    }

    @Test
    void refiningTheFinishedPictureEqualsDiffusersWithSharedGenerators() throws Exception {
        compare(new Refinement.Again(0.4), "again");
    }

    private static void compare(Refinement refinement, String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU);
                SafeTensors golden = SafeTensors.open(new Locations().reference("pipelines").resolve("two_stages.safetensors"));
                TwoStages.Drawn drawn = draw(new TwoStages(base, refiner, refinement), request().withDecode(false), scope)) {
            ReferenceSet.assertNear(golden, name + ".base", drawn.base().latents(), ReferenceSet.LATENTS);
            ReferenceSet.assertNear(golden, name + ".refined", drawn.refined().latents(), ReferenceSet.LATENTS);
        }
    }

    @Test
    void thePictureBeforeTheRefinerIsTheOneThatTheBasePredictsThere() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            List<float[]> predictions = new ArrayList<>();
            TwoStages.Drawn drawn = new TwoStages(base, refiner, new Refinement.Handoff(0.6)).draw(request(),
                    List.of(Hooks.reader(new HookPoint("scheduler.x0", Site.OUTPUT), predictions::add)), UnaryOperator.identity(), List.of(),
                    Monitor.silent(), scope.manager());
            NDArray predicted = Tensors.of(scope.manager(), predictions.getLast(), drawn.base().latents().getShape().getShape());
            ImageRequest decode = request().withStage(new Stage(0.999, 1, Optional.of(predicted)));
            ImageBatch expected = base.generate(decode, List.of(), Monitor.silent(), scope.manager());
            assertArrayEquals(Tensors.floats(expected.images().orElseThrow()), Tensors.floats(drawn.base().images().orElseThrow()));
            assertTrue(drawn.refined().images().isPresent());
        }
    }

    @Test
    void theRefinerCanBeAskedDifferently() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            TwoStages stages = new TwoStages(base, refiner, new Refinement.Again(0.5));
            TwoStages.Drawn one = draw(stages, request(), scope);
            TwoStages.Drawn other = stages.draw(request(), List.of(), r -> r.withGuidance(7).withSteps(4), List.of(), Monitor.silent(), scope.manager());
            assertArrayEquals(Tensors.floats(one.base().latents()), Tensors.floats(other.base().latents()));
            assertTrue(ReferenceSet.largestDifference(Tensors.floats(one.refined().latents()), Tensors.floats(other.refined().latents())) > 1e-3);
        }
    }

    @Test
    void modelsThatDoNotFitAreRefusedWithASentence() throws Exception {
        refuse(new TwoStages(refiner, refiner, new Refinement.Handoff(0.8)), "is a refiner and cannot begin");
        refuse(new TwoStages(base, base, new Refinement.Handoff(0.8)), "is no refiner");
        new TwoStages(base, base, new Refinement.Again(0.3)).check();
        refuse(new TwoStages(base, refiner, new Refinement.Handoff(1)), "without work");
        refuse(new TwoStages(base, refiner, new Refinement.Again(0)), "strength");
        try (ImageModel demo = DemoModelTest.open("base")) {
            refuse(new TwoStages(demo, refiner, new Refinement.Again(0.3)), "cannot refine pictures of");
        }
    }

    private static void refuse(TwoStages stages, String words) {
        String message = assertThrows(RefractException.class, stages::check).getMessage();
        assertTrue(message.contains(words), message);
    }

    private static TwoStages.Drawn draw(TwoStages stages, ImageRequest request, Scope scope) throws RefractException {
        return stages.draw(request, List.of(), UnaryOperator.identity(), List.of(), Monitor.silent(), scope.manager());
    }

    private static ImageRequest request() {
        return ImageRequest.of(8, 3, 64, 48).withPrompts(List.of("a red apple", "a blue star"), List.of(81L, 82L)).withScheduler("euler_ancestral");
    }
}

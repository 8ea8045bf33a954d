package org.refract.model.sdxl.schedulers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.nn.ConfigFile;

class PndmSchedulerTest {

    private static final int STEPS = 10;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asManyStepsEndAsThereAre(boolean skipPrk) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Solver solver = solver(skipPrk, STEPS, scope);
            int ended = 0;
            for (int i = 0; i < solver.timesteps().length; i++) {
                ended += solver.endsStep(i) ? 1 : 0;
            }
            assertEquals(STEPS, ended);
            assertTrue(solver(true, 1, scope).endsStep(0));
        }
    }

    @Test
    void stepsOfRungeAndKuttaLookTwiceAtTheirMiddle() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new double[] {901, 851, 851, 801, 801, 751, 751, 701, 701, 651, 651, 601, 601, 501, 401, 301, 201, 101, 1},
                    solver(false, STEPS, scope).timesteps());
            String message = assertThrows(RefractException.class, () -> solver(false, 3, scope)).getMessage();
            assertTrue(message.contains("choose 4 or more, or add skip_prk_steps=true"), message);
        }
    }

    /** A sample that is noise alone stays noise alone, as large as its level says, wherever a run begins. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.9, 0.8, 0.5, 0.3})
    void aRunWithRungeAndKuttaBeginsAtAWholeStep(double strength) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Solver solver = solver(false, STEPS, scope);
            int first = solver.first(STEPS, strength);
            assertEquals(solver.timesteps()[first], solver.timesteps()[solver.firstBelow(solver.timesteps()[first] + 1)]);
            NDArray noise = Tensors.of(scope.manager(), new TorchRandom(1).randn(16), 1, 1, 4, 4);
            NDArray sample = solver.addNoise(scope.manager(), first, Tensors.zeros(scope.manager(), 1, 1, 4, 4), noise);
            for (int i = first; i < solver.timesteps().length; i++) {
                sample = solver.step(scope.manager(), i, noise, sample, Optional.empty());
            }
            float least = (float) Math.sqrt(1 - new NoiseSchedule(Betas.STABLE_DIFFUSION, false).alphaCumprod(0));
            float[] expected = Tensors.floats(noise);
            float[] actual = Tensors.floats(sample);
            for (int j = 0; j < actual.length; j++) {
                assertEquals(least * expected[j], actual[j], 1e-4f);
            }
        }
    }

    private static Solver solver(boolean skipPrk, int steps, Scope scope) throws RefractException {
        String json = "{\"_class_name\": \"PNDMScheduler\", \"beta_start\": 0.00085, \"beta_end\": 0.012, \"beta_schedule\": \"scaled_linear\", "
                + "\"steps_offset\": 1, \"skip_prk_steps\": " + skipPrk + "}";
        return SchedulerConfig.read(ConfigFile.of("pndm", json)).scheduler().solver(steps, scope.manager());
    }
}

package org.refract.model.sdxl.schedulers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.ReferenceSet;
import org.refract.nn.ConfigFile;

class SchedulersTest {

    static Stream<String> cases() throws Exception {
        return ReferenceSet.json("schedulers.json").getAsJsonObject().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void timestepsEqualTheReference(String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors("schedulers.safetensors")) {
            Solver solver = solver(name, scope);
            float[] told = new float[solver.timesteps().length];
            for (int i = 0; i < told.length; i++) {
                told[i] = (float) solver.timesteps()[i];
            }
            assertArrayEquals(golden.floats(name + ".timesteps"), told, 1e-4f);
            if (golden.has(name + ".init_noise_sigma")) {
                assertEquals(golden.floats(name + ".init_noise_sigma")[0], solver.initNoiseSigma(), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStepEqualsTheReference(String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors("schedulers.safetensors")) {
            Solver solver = solver(name, scope);
            if (!golden.has(name + ".x0")) {
                assertTrue(json(name).has("note"), name);
                return;
            }
            NDArray sample = ReferenceSet.read(golden, name + ".x0", scope.manager());
            for (int i = 0; i < solver.timesteps().length; i++) {
                String step = name + ".step" + i + ".";
                ReferenceSet.assertNear(golden, step + "model_input", solver.scaleModelInput(scope.manager(), i, sample), ReferenceSet.FORWARD);
                NDArray output = ReferenceSet.read(golden, step + "model_output", scope.manager());
                assertEquals(golden.has(step + "noise"), solver.drawsNoise(i));
                Optional<NDArray> noise = solver.drawsNoise(i)
                        ? Optional.of(ReferenceSet.read(golden, step + "noise", scope.manager()))
                        : Optional.empty();
                sample = solver.step(scope.manager(), i, output, sample, noise);
                ReferenceSet.assertNear(golden, step + "prev_sample", sample, ReferenceSet.FORWARD);
            }
        }
    }

    @Test
    void theNoiseOfEveryTimestepEqualsTheReference() throws Exception {
        try (SafeTensors golden = ReferenceSet.tensors("schedulers.safetensors")) {
            for (String name : cases().filter(n -> golden.has(n + ".alphas_cumprod")).toList()) {
                float[] expected = golden.floats(name + ".alphas_cumprod");
                NoiseSchedule noise = new NoiseSchedule(config(name).betas(), false);
                for (int t = 0; t < expected.length; t++) {
                    assertEquals(expected[t], noise.alphaCumprod(t), 1e-6f);
                }
            }
        }
    }

    @Test
    void aSchedulerCanBeAskedForByNameOnTheSameNoise() throws Exception {
        SchedulerConfig config = config(cases().findFirst().orElseThrow());
        for (String name : List.of("euler", "euler_ancestral", "ddim", "dpmpp_2m", "dpmpp_2m_karras", "euler_karras", "DDIMScheduler")) {
            SchedulerConfig other = config.named(name);
            assertEquals(config.betas(), other.betas());
            try (Scope scope = Scope.open(Placement.CPU)) {
                assertEquals(7, other.scheduler().solver(7, scope.manager()).timesteps().length);
            }
        }
        String message = assertThrows(RefractException.class, () -> config.named("no such thing")).getMessage();
        assertTrue(message.contains("no such thing") && message.contains("euler_ancestral"), message);
    }

    @Test
    void impossibleStepCountsAreRefused() throws Exception {
        for (String name : cases().toList()) {
            try (Scope scope = Scope.open(Placement.CPU)) {
                Scheduler scheduler = config(name).scheduler();
                assertThrows(RefractException.class, () -> scheduler.solver(0, scope.manager()));
                assertThrows(RefractException.class, () -> scheduler.solver(config(name).numTrainTimesteps() + 1, scope.manager()));
                scheduler.solver(1, scope.manager());
            }
        }
    }

    @Test
    void zeroTerminalSnrEndsInNoiseAlone() throws Exception {
        JsonObject json = json(cases().findFirst().orElseThrow()).getAsJsonObject("config").deepCopy();
        json.addProperty("rescale_betas_zero_snr", true);
        json.addProperty("_class_name", "DDIMScheduler");
        NoiseSchedule noise = new NoiseSchedule(SchedulerConfig.read(ConfigFile.of("test", json.toString())).betas(), false);
        assertEquals(0, noise.alphaCumprod(json.get("num_train_timesteps").getAsInt() - 1), 1e-12);
        assertTrue(noise.alphaCumprod(0) > 0.9);
    }

    private static Solver solver(String name, Scope scope) throws Exception {
        return config(name).scheduler().solver(steps(name), scope.manager());
    }

    private static int steps(String name) throws Exception {
        return json(name).get("num_inference_steps").getAsInt();
    }

    /** A case without a configuration has that of another case of its class and spacing. */
    private static SchedulerConfig config(String name) throws Exception {
        JsonObject json = json(name);
        JsonObject config = json.getAsJsonObject("config");
        if (config == null) {
            String stem = name.substring(0, name.lastIndexOf('_'));
            for (Map.Entry<String, JsonElement> other : ReferenceSet.json("schedulers.json").getAsJsonObject().entrySet()) {
                if (other.getKey().startsWith(stem) && other.getValue().getAsJsonObject().has("config")) {
                    config = other.getValue().getAsJsonObject().getAsJsonObject("config");
                }
            }
        }
        config.addProperty("_class_name", json.get("class").getAsString());
        return SchedulerConfig.read(ConfigFile.of(name, config.toString()));
    }

    private static JsonObject json(String name) throws Exception {
        return ReferenceSet.json("schedulers.json").getAsJsonObject().getAsJsonObject(name);
    }
}

package org.refract.model.sdxl.schedulers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.ConfigFile;

/** Every scheduler against diffusers, or the published formula where diffusers lacks it, over spacings, predictions, curves, orders and steps. */
class EverySchedulerTest {

    private static final double TOLERANCE = 2e-5;

    static Stream<String> classes() {
        return Arrays.stream(SchedulerClass.values()).map(SchedulerClass::className);
    }

    @ParameterizedTest
    @MethodSource("classes")
    void everyStepEqualsTheReference(String type) throws Exception {
        Path folder = new Locations().reference("schedulers");
        JsonObject all = JsonParser.parseString(Files.readString(folder.resolve("cases.json"))).getAsJsonObject();
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"))) {
            for (String name : all.getAsJsonObject("cases").keySet()) {
                JsonObject one = all.getAsJsonObject("cases").getAsJsonObject(name);
                if (!one.getAsJsonObject("config").get("_class_name").getAsString().equals(type)) {
                    continue;
                }
                JsonObject config = all.getAsJsonObject("base").deepCopy();
                one.getAsJsonObject("config").entrySet().forEach(e -> config.add(e.getKey(), e.getValue()));
                seen++;
                try (Scope scope = Scope.open(Placement.CPU)) {
                    follow(name, one, SchedulerConfig.read(ConfigFile.of(name, config.toString())), golden, scope.manager());
                } catch (AssertionError e) {
                    wrong.add(name + ": " + e.getMessage());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(seen > 0, type);
    }

    private static void follow(String name, JsonObject one, SchedulerConfig config, SafeTensors golden, NDManager out) throws Exception {
        int begin = one.get("begin").getAsInt();
        Solver solver = config.scheduler().solver(one.get("steps").getAsInt(), out);
        assertEquals(one.get("calls").getAsInt(), solver.timesteps().length, "calls");
        assertEquals(one.get("order").getAsInt(), solver.order(), "order");
        double init = one.get("init_noise_sigma").getAsDouble();
        assertEquals(init, solver.initNoiseSigma(), 1e-6 * init, "init_noise_sigma");
        int calls = solver.timesteps().length - begin;
        float[] schedule = golden.floats(name + ".schedule");
        float[] told = new float[calls];
        for (int i = 0; i < calls; i++) {
            told[i] = (float) solver.timesteps()[begin + i];
        }
        assertArrayEquals(Arrays.copyOf(schedule, calls), told, 2e-3f, "timesteps");

        NDArray unit = golden.read("x0", out);
        NDArray ones = Tensors.of(out, new float[] {1}, 1, 1, 1, 1);
        NDArray sample = Kernels.sum(out, List.of(unit), solver.initNoiseSigma());
        if (begin > 0) {
            sample = solver.addNoise(out, begin, golden.read("clean", out), unit);
            near("start", golden.floats(name + ".start"), 0, sample);
        }
        float[] samples = golden.floats(name + ".samples");
        float[] originals = golden.has(name + ".originals") ? golden.floats(name + ".originals") : new float[0];
        int drawn = 0;
        for (int i = 0; i < calls; i++) {
            float scale = Tensors.floats(solver.scaleModelInput(out, begin + i, ones))[0];
            assertEquals(schedule[calls + i], scale, 2e-5 * scale, "scale of call " + i);
            boolean draws = schedule[2 * calls + i] > 0;
            assertEquals(draws, solver.drawsNoise(begin + i), "noise at call " + i);
            NDArray output = row(golden, "outputs", i, out);
            if (originals.length > 0) {
                near("x0 of call " + i, originals, i, solver.predictedOriginal(out, begin + i, output, sample));
            }
            Optional<NDArray> noise = draws ? Optional.of(row(golden, "noises", drawn++, out)) : Optional.empty();
            sample = solver.step(out, begin + i, output, sample, noise);
            near("sample after call " + i, samples, i, sample);
        }
    }

    private static NDArray row(SafeTensors golden, String name, int row, NDManager out) throws Exception {
        float[] all = golden.floats(name);
        long[] shape = golden.info(name).shape().getShape();
        int each = (int) (all.length / shape[0]);
        return Tensors.of(out, Arrays.copyOfRange(all, row * each, (row + 1) * each), 1, shape[2], shape[3], shape[4]);
    }

    /** Relative to the size of the sample where that is above 1. */
    private static void near(String what, float[] all, int row, NDArray actual) {
        float[] values = Tensors.floats(actual);
        double size = 1;
        for (int i = 0; i < values.length; i++) {
            size = Math.max(size, Math.abs(all[row * values.length + i]));
        }
        for (int i = 0; i < values.length; i++) {
            assertEquals(all[row * values.length + i], values[i], TOLERANCE * size, what);
        }
    }
}

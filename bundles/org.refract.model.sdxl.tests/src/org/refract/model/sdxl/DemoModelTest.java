package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Noise;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** The trained demo model against the pictures that diffusers makes with it. */
class DemoModelTest {

    /** Latents of the demo model have a standard deviation near 1. */
    private static final double LATENTS = 2e-3;

    /** A run of a variant's golden file. */
    record Run(String variant, String name, int steps, double guidance, List<Long> seeds) {
        @Override
        public String toString() {
            return variant + " " + name;
        }
    }

    static Stream<Run> runs() throws Exception {
        List<Run> runs = new ArrayList<>();
        for (Path file : goldens()) {
            JsonObject golden = json(file);
            for (Map.Entry<String, JsonElement> run : golden.getAsJsonObject("runs").entrySet()) {
                JsonObject how = run.getValue().getAsJsonObject();
                runs.add(new Run(golden.get("variant").getAsString(), run.getKey(), how.get("steps").getAsInt(),
                        how.get("guidance_scale").getAsDouble(),
                        how.getAsJsonArray("seeds").asList().stream().map(JsonElement::getAsLong).toList()));
            }
        }
        return runs.stream();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void paintsWhatDiffusersPaints(Run run) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(run.variant());
                SafeTensors golden = SafeTensors.open(golden(run.variant(), ".safetensors"))) {
            ImageBatch batch = model.generate(request(run, golden, scope), List.of(), Monitor.silent(), scope.manager());
            double latents = ReferenceSet.assertNear(golden, "latents_" + run.name(), batch.latents(), LATENTS);
            float[] decoded = golden.floats("image_" + run.name());
            for (int i = 0; i < decoded.length; i++) {
                decoded[i] = Math.clamp(decoded[i] / 2 + 0.5f, 0, 1);
            }
            double images = ReferenceSet.assertNear("image", decoded, Tensors.floats(batch.images().orElseThrow()), ReferenceSet.IMAGE);
            System.out.printf("demo %s: latents within %.1e, images within %.1e%n", run, latents, images);
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theFourHookPointsSeeWhatDiffusersSees(Run run) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); ImageModel model = open(run.variant());
                SafeTensors golden = SafeTensors.open(golden(run.variant(), ".safetensors"))) {
            Map<String, float[]> seen = new HashMap<>();
            List<Hook> hooks = new ArrayList<>();
            List<String> names = golden.names().stream().filter(n -> n.startsWith("act_" + run.name() + ".")).toList();
            for (String name : names) {
                int dot = name.lastIndexOf('.');
                String path = "unet." + name.substring(("act_" + run.name() + ".").length(), dot);
                hooks.add(Hooks.reader(new HookPoint(path, name.endsWith(".in") ? Site.INPUT : Site.OUTPUT), v -> seen.put(name, v)));
            }
            model.generate(request(run, golden, scope), hooks, Monitor.silent(), scope.manager());
            for (String name : names) {
                ReferenceSet.assertNear(name, golden.floats(name), seen.get(name), ReferenceSet.LATENTS);
            }
            assertEquals(names.size(), seen.size());
        }
    }

    static ImageRequest request(Run run, SafeTensors golden, Scope scope) throws Exception {
        List<String> prompts = json(golden(run.variant(), ".json")).getAsJsonArray("prompts").asList().stream().map(JsonElement::getAsString).toList();
        long[] shape = golden.info("image_" + run.name()).shape().getShape();
        long[] latents = golden.info("noise").shape().getShape();
        Noise noise = Noise.given(Tensors.of(scope.manager(), golden.floats("noise"), 1, latents[0], latents[1], latents[2], latents[3]));
        return ImageRequest.of(run.steps(), run.guidance(), (int) shape[2], (int) shape[3]).withPrompts(prompts, run.seeds()).withNoise(noise);
    }

    static ImageModel open(String variant) throws Exception {
        return (ImageModel) new SdxlBackend().open(new Locations().demo().resolve(variant), Placement.CPU, Monitor.silent());
    }

    private static List<Path> goldens() throws Exception {
        try (Stream<Path> files = Files.list(new Locations().demo().resolve("golden"))) {
            return files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        }
    }

    static Path golden(String variant, String ending) throws Exception {
        for (Path file : goldens()) {
            if (json(file).get("variant").getAsString().equals(variant)) {
                return file.resolveSibling(file.getFileName().toString().replace(".json", ending));
            }
        }
        throw new IllegalArgumentException(variant);
    }

    private static JsonObject json(Path file) throws Exception {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }
}

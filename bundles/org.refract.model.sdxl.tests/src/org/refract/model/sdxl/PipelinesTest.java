package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.Stage;
import org.refract.api.model.StartImage;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.model.sdxl.options.GuidanceOptions;
import org.refract.model.sdxl.options.MicroConditioning;

/** Image to image, inpainting, stages and guidance options against diffusers' own pipelines, noise drawn from seeds as there. */
class PipelinesTest {

    @TempDir
    Path folder;

    static Stream<String> runs() throws Exception {
        return runsFile().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theRunEqualsDiffusers(String name) throws Exception {
        JsonObject run = runsFile().getAsJsonObject(name);
        Path model = ReferenceSet.file(run.get("model").getAsString());
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = SafeTensors.open(set().resolve(name + ".safetensors"));
                SafeTensors inputs = SafeTensors.open(set().resolve("inputs.safetensors"))) {
            Path opened = run.get("nine_channels").getAsBoolean() ? NineChannels.of(model, inputs.floats("nine.conv_in.weight"), folder) : model;
            List<Double> timesteps = new ArrayList<>();
            try (ImageModel refract = (ImageModel) new SdxlBackend().open(opened, Placement.CPU, Monitor.silent())) {
                ImageBatch batch = refract.generate(request(run, inputs, scope), List.of(Hooks.of(new HookPoint("scheduler", Site.INPUT), (pass, value) -> {
                    timesteps.add(pass.timestep());
                    return value;
                })), Monitor.silent(), scope.manager());
                List<Double> expected = new ArrayList<>();
                for (int i = 0; golden.has("step" + i + ".timestep"); i++) {
                    expected.add((double) golden.floats("step" + i + ".timestep")[0]);
                }
                assertEquals(expected, timesteps);
                double difference = ReferenceSet.assertNear(golden, "latents_final", batch.latents(), ReferenceSet.LATENTS);
                System.out.printf("%s: latents %.1e%n", name, difference);
            }
        }
    }

    private static ImageRequest request(JsonObject run, SafeTensors inputs, Scope scope) throws Exception {
        JsonObject args = run.getAsJsonObject("args");
        List<Long> seeds = elements(run.getAsJsonArray("seeds")).map(JsonElement::getAsLong).toList();
        List<String> prompts = args.has("prompts")
                ? elements(args.getAsJsonArray("prompts")).map(JsonElement::getAsString).toList()
                : Collections.nCopies(seeds.size(), args.get("prompt").getAsString());
        NDArray picture = inputs.read("image", scope.manager());
        int steps = args.get("num_inference_steps").getAsInt();
        ImageRequest request = ImageRequest.of(steps, args.get("guidance_scale").getAsDouble(), (int) picture.getShape().get(2),
                (int) picture.getShape().get(3)).withPrompts(prompts, seeds).withDecode(false).with(sizes(args, "")::on)
                .with(new GuidanceOptions(number(args, "guidance_rescale").orElse(0), 0,
                        args.has("guidance_cutoff") ? (args.get("guidance_cutoff").getAsDouble() + 1) / steps : 1)::on);
        if (args.has("negative_prompt")) {
            request = request.withNegativePrompts(List.of(args.get("negative_prompt").getAsString()));
        }
        if (args.has("negative_original_size")) {
            request = request.with(sizes(args, "negative_")::onNegative);
        }
        if (args.has("denoising_end")) {
            request = request.withStage(Stage.until(args.get("denoising_end").getAsDouble()));
        }
        if (args.has("denoising_start")) {
            request = request.withStage(new Stage(args.get("denoising_start").getAsDouble(), 1, Optional.empty()));
        }
        if (run.has("image")) {
            Optional<NDArray> mask = run.get("mask").getAsBoolean() ? Optional.of(inputs.read("mask", scope.manager())) : Optional.empty();
            request = request.withStart(new StartImage(inputs.read(run.get("image").getAsString(), scope.manager()),
                    number(args, "strength").orElse(0.3), mask));
        }
        String scheduler = run.get("scheduler").getAsString();
        return scheduler.equals("scheduler") ? request : request.withScheduler(scheduler);
    }

    private static MicroConditioning sizes(JsonObject args, String prefix) {
        int[] crop = args.has(prefix + "crops_coords_top_left") ? pair(args, prefix + "crops_coords_top_left") : new int[2];
        return new MicroConditioning(size(args, prefix + "original_size"), new MicroConditioning.Crop(crop[0], crop[1]),
                size(args, prefix + "target_size"), number(args, prefix + "aesthetic_score"));
    }

    private static Optional<MicroConditioning.Size> size(JsonObject args, String name) {
        return args.has(name) ? Optional.of(new MicroConditioning.Size(pair(args, name)[0], pair(args, name)[1])) : Optional.empty();
    }

    private static int[] pair(JsonObject args, String name) {
        return elements(args.getAsJsonArray(name)).mapToInt(JsonElement::getAsInt).toArray();
    }

    private static OptionalDouble number(JsonObject args, String name) {
        return args.has(name) ? OptionalDouble.of(args.get(name).getAsDouble()) : OptionalDouble.empty();
    }

    private static Stream<JsonElement> elements(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static JsonObject runsFile() throws Exception {
        return JsonParser.parseString(Files.readString(set().resolve("runs.json"))).getAsJsonObject();
    }

    private static Path set() throws Exception {
        return new Locations().reference("pipelines");
    }
}

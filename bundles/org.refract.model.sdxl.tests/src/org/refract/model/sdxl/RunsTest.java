package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Noise;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.model.Stage;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.options.MicroConditioning;

/** Whole runs of the pipeline, prompt to picture, against diffusers' own. */
class RunsTest {

    private static final KernelLibrary PLUS = KernelLibrary.ofText("intervention", """
            def plus(x: Tensor, change: Tensor, first_row: int) -> Tensor:
              y = torch.clone(x)
              part = torch.slice(y, 0, first_row)
              _ = torch.add_(part, change)
              return y
            """);
    private static final Pattern ONE_ROW = Pattern.compile("only row (\\d+)");

    static Stream<String> runs() throws Exception {
        return ReferenceSet.json("runs.json").getAsJsonObject().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theWholeRunEqualsTheReference(String name) throws Exception {
        JsonObject run = ReferenceSet.json("runs.json").getAsJsonObject().getAsJsonObject(name);
        JsonObject args = run.getAsJsonObject("args");
        Path folder = run.get("pipeline").getAsString().startsWith("refiner") ? ReferenceSet.refiner() : ReferenceSet.base();
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = ReferenceSet.tensors(name + ".safetensors");
                ImageModel model = (ImageModel) new SdxlBackend().open(folder, Placement.CPU, Monitor.silent())) {
            Map<String, float[]> seen = new HashMap<>();
            List<Hook> hooks = new ArrayList<>(readers(model, seen));
            intervention(run, golden, scope).ifPresent(hooks::addFirst);
            ImageRequest request = request(run, golden, folder, scope);
            ImageBatch batch = model.generate(request, hooks, Monitor.silent(), scope.manager());
            double inside = compareInside(golden, seen, args.get("guidance_scale").getAsDouble());
            double latents = ReferenceSet.assertNear(golden, "latents_final", batch.latents(), ReferenceSet.LATENTS);
            double image = 0;
            if (golden.has("image")) {
                image = ReferenceSet.assertNear(golden, "image", batch.images().orElseThrow(), ReferenceSet.IMAGE);
                comparePng(ReferenceSet.file(name + ".png"), batch.images().orElseThrow());
            }
            System.out.printf("%s: inside %.1e, latents %.1e, image %.1e%n", name, inside, latents, image);
        }
    }

    private static ImageRequest request(JsonObject run, SafeTensors golden, Path folder, Scope scope) throws Exception {
        JsonObject args = run.getAsJsonObject("args");
        List<float[]> noise = new ArrayList<>();
        if (golden.has("in.latents")) {
            noise.add(golden.floats("in.latents"));
        }
        for (int i = 0; golden.has("step" + i + ".ancestral_noise"); i++) {
            noise.add(golden.floats("step" + i + ".ancestral_noise"));
        }
        long[] latents = golden.info("latents_final").shape().getShape();
        int scale = SdxlParts.read(folder).vae().config().scaleFactor();
        ImageRequest request = ImageRequest.of(args.get("num_inference_steps").getAsInt(), args.get("guidance_scale").getAsDouble(),
                        (int) latents[2] * scale, (int) latents[3] * scale)
                .withPrompt(args.get("prompt").getAsString(), 0).withNoise(given(noise, latents, scope)).with(sizes(args)::on);
        if (args.has("negative_prompt")) {
            request = request.withNegativePrompts(List.of(args.get("negative_prompt").getAsString()));
        }
        if (args.has("denoising_end")) {
            request = request.withStage(Stage.until(args.get("denoising_end").getAsDouble()));
        }
        if (args.has("denoising_start")) {
            request = request.withStage(Stage.from(args.get("denoising_start").getAsDouble(), ReferenceSet.read(golden, "in.image", scope.manager())));
        }
        Optional<String> scheduler = scheduler(run.get("pipeline").getAsString(), folder);
        return scheduler.isPresent() ? request.withScheduler(scheduler.get()) : request;
    }

    private static Noise given(List<float[]> draws, long[] latents, Scope scope) {
        if (draws.isEmpty()) {
            return Noise.OF_SEED;
        }
        int each = draws.getFirst().length;
        float[] all = new float[draws.size() * each];
        for (int i = 0; i < draws.size(); i++) {
            System.arraycopy(draws.get(i), 0, all, i * each, each);
        }
        return Noise.given(Tensors.of(scope.manager(), all, draws.size(), latents[0], latents[1], latents[2], latents[3]));
    }

    /** "base with scheduler_x" and "x" alone mean the scheduler in the folder {@code scheduler_x}. */
    private static Optional<String> scheduler(String pipeline, Path folder) {
        String last = pipeline.substring(pipeline.lastIndexOf(' ') + 1);
        return Stream.of(last, "scheduler_" + last).filter(s -> s.startsWith("scheduler_") && Files.isDirectory(folder.resolve(s))).findFirst();
    }

    private static MicroConditioning sizes(JsonObject args) {
        MicroConditioning.Crop crop = args.has("crops_coords_top_left")
                ? new MicroConditioning.Crop(number(args, "crops_coords_top_left", 0), number(args, "crops_coords_top_left", 1))
                : new MicroConditioning.Crop(0, 0);
        return new MicroConditioning(size(args, "original_size"), crop, size(args, "target_size"));
    }

    private static Optional<MicroConditioning.Size> size(JsonObject args, String name) {
        return args.has(name) ? Optional.of(new MicroConditioning.Size(number(args, name, 0), number(args, name, 1))) : Optional.empty();
    }

    private static int number(JsonObject args, String name, int i) {
        return args.getAsJsonArray(name).get(i).getAsInt();
    }

    private static Optional<Hook> intervention(JsonObject run, SafeTensors golden, Scope scope) throws Exception {
        if (!run.has("hook_point")) {
            return Optional.empty();
        }
        NDArray change = ReferenceSet.read(golden, "intervention", scope.manager());
        Matcher row = ONE_ROW.matcher(run.get("rows").getAsString());
        int first = row.find() ? Integer.parseInt(row.group(1)) : 0;
        return Optional.of(Hooks.of(new HookPoint("unet." + run.get("hook_point").getAsString(), Site.OUTPUT),
                (pass, value) -> PLUS.call(value.getManager(), "plus", value, change, first)));
    }

    /** Reads what goes into the U-Net and what comes out. */
    private static List<Hook> readers(ImageModel model, Map<String, float[]> seen) {
        List<Hook> hooks = new ArrayList<>();
        hooks.add(Hooks.of(new HookPoint("unet", Site.INPUT), (pass, value) -> {
            seen.put("step" + pass.step() + ".unet_input", Tensors.floats(value));
            seen.put("step" + pass.step() + ".timestep", new float[] {(float) pass.timestep()});
            return value;
        }));
        hooks.add(Hooks.of(new HookPoint("unet", Site.OUTPUT), (pass, value) -> {
            seen.put("step" + pass.step() + ".output", Tensors.floats(value));
            return value;
        }));
        hooks.add(Hooks.reader(new HookPoint("unet.add_time_proj", Site.INPUT), v -> seen.put("in.time_ids", v)));
        String crossAttention = model.hookPoints().stream().map(HookPointInfo::path).filter(p -> p.endsWith(".attn2.to_k")).findFirst().orElseThrow();
        hooks.add(Hooks.reader(new HookPoint(crossAttention, Site.INPUT), v -> seen.put("in.encoder_hidden_states", v)));
        return hooks;
    }

    private static double compareInside(SafeTensors golden, Map<String, float[]> seen, double guidance) throws Exception {
        double largest = 0;
        for (String name : List.of("in.time_ids", "in.encoder_hidden_states")) {
            largest = Math.max(largest, ReferenceSet.assertNear(name, golden.floats(name), seen.get(name), ReferenceSet.FORWARD));
        }
        int steps = 0;
        for (; golden.has("step" + steps + ".noise_pred"); steps++) {
            String step = "step" + steps;
            float[] expected = golden.floats(step + ".noise_pred");
            largest = Math.max(largest, ReferenceSet.assertNear(step + ".noise_pred", expected, guided(seen.get(step + ".output"), expected.length, guidance),
                    ReferenceSet.LATENTS));
            ReferenceSet.assertNear(step + ".timestep", golden.floats(step + ".timestep"), seen.get(step + ".timestep"), 0);
            if (golden.has(step + ".unet_input")) {
                ReferenceSet.assertNear(step + ".unet_input", golden.floats(step + ".unet_input"), seen.get(step + ".unet_input"), ReferenceSet.FORWARD);
            }
        }
        assertTrue(steps > 0);
        assertEquals(3L * steps, seen.keySet().stream().filter(k -> k.startsWith("step")).count());
        return largest;
    }

    private static float[] guided(float[] output, int length, double guidance) {
        if (output.length == length) {
            return output;
        }
        float[] result = new float[length];
        for (int i = 0; i < length; i++) {
            result[i] = output[i] + (float) guidance * (output[i + length] - output[i]);
        }
        return result;
    }

    private static void comparePng(Path file, NDArray image) throws Exception {
        BufferedImage png = ImageIO.read(file.toFile());
        float[] values = Tensors.floats(image);
        int pixels = png.getWidth() * png.getHeight();
        assertEquals(3 * pixels, values.length);
        for (int y = 0; y < png.getHeight(); y++) {
            for (int x = 0; x < png.getWidth(); x++) {
                int rgb = png.getRGB(x, y);
                for (int c = 0; c < 3; c++) {
                    long ours = Math.round(255.0 * values[c * pixels + y * png.getWidth() + x]);
                    assertTrue(Math.abs(ours - (rgb >> (16 - 8 * c) & 0xff)) <= 1, file + " at " + x + ", " + y);
                }
            }
        }
    }
}

package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Model;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/** Folders as they come: whole, in variants, damaged. */
class SdxlBackendTest {

    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final String TEXT = "text_encoder/model.safetensors";

    private final SdxlBackend backend = new SdxlBackend();
    @TempDir
    private Path folder;

    @Test
    void recognisesItsFamilyAlone() throws Exception {
        assertTrue(backend.recognises(demo()));
        assertTrue(backend.recognises(ReferenceSet.base()));
        assertTrue(backend.recognises(ReferenceSet.refiner()));
        assertFalse(backend.recognises(folder));
        assertFalse(backend.recognises(folder.resolve("nothing")));
        Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": \"StableDiffusionPipeline\"}");
        assertFalse(backend.recognises(folder));
        assertTrue(refused(folder).contains("StableDiffusionPipeline"));
        Files.writeString(folder.resolve("model_index.json"), "{{{");
        assertFalse(backend.recognises(folder));
    }

    @Test
    void tellsWhatAModelIsWithoutLoadingIt() throws Exception {
        ModelInfo info = backend.inspect(demo());
        assertEquals("sdxl", info.family());
        long values = 0;
        for (String part : List.of("unet", "vae", "text_encoder", "text_encoder_2")) {
            try (SafeTensors file = SafeTensors.open(demo().resolve(part))) {
                values += file.tensors().values().stream().mapToLong(t -> t.shape().size()).sum();
            }
        }
        assertEquals(values, info.parameters());
        assertTrue(info.fingerprint().matches("sha256:[0-9a-f]{64}"));
        assertTrue(info.details().get("scheduler").contains("EulerAncestral"));
    }

    @Test
    void theFingerprintFollowsTheWeightsAndNotTheFolder() throws Exception {
        String original = backend.inspect(demo()).fingerprint();
        copyDemo();
        assertEquals(original, backend.inspect(folder).fingerprint());
        try (Scope scope = Scope.open(Placement.CPU)) {
            rewrite(UNET, UNET, scope, (name, tensor) -> name.equals("conv_out.bias") ? tensor.add(1) : tensor, n -> n);
        }
        assertNotEquals(original, backend.inspect(folder).fingerprint());
    }

    @Test
    void variantsOfTheSameWeightsPaintTheSamePicture() throws Exception {
        copyDemo();
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] plain = picture(demo(), scope);
            Files.move(folder.resolve(UNET), folder.resolve("unet/diffusion_pytorch_model.fp16.safetensors"));
            rewrite(TEXT, TEXT, scope, (n, t) -> t, n -> "text_model." + n);
            shard("vae", "diffusion_pytorch_model", ".fp16", scope);
            shard("text_encoder_2", "model", "", scope);
            float[] variant = picture(folder, scope);
            assertEquals(0, ReferenceSet.largestDifference(plain, variant));
        }
    }

    @Test
    void halfPrecisionTakesTheHalfVariantAndFullPrecisionThePlainOne() throws Exception {
        copyDemo();
        Placement half = new Placement("cpu", Placement.DType.FP16);
        try (Scope scope = Scope.open(Placement.CPU)) {
            String plain = backend.inspect(folder).fingerprint();
            rewrite(UNET, "unet/diffusion_pytorch_model.fp16.safetensors", scope, (n, t) -> DTypes.cast(t, TorchType.BFLOAT16), n -> n);
            assertEquals(plain, backend.inspect(folder).fingerprint());
            try (Model full = backend.open(folder, Placement.CPU, Monitor.silent()); Model halved = backend.open(folder, half, Monitor.silent())) {
                assertEquals(plain, full.info().fingerprint());
                assertNotEquals(plain, halved.info().fingerprint());
            }
            Files.delete(folder.resolve(UNET));
            picture(folder, scope);
        }
    }

    @Test
    void partsMayBeStoredInDifferentPrecisions() throws Exception {
        copyDemo();
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] single = picture(demo(), scope);
            rewrite(UNET, UNET, scope, (n, t) -> DTypes.cast(t, n.contains("attn1") ? TorchType.FLOAT16 : TorchType.BFLOAT16), n -> n);
            rewrite(TEXT, TEXT, scope, (n, t) -> DTypes.cast(t, TorchType.FLOAT64), n -> n);
            float[] mixed = picture(folder, scope);
            double squares = 0;
            for (int i = 0; i < mixed.length; i++) {
                squares += Math.pow(mixed[i] - single[i], 2);
            }
            assertTrue(Math.sqrt(squares / mixed.length) < 0.05);
        }
    }

    @Test
    void oneBadNumberAnywhereIsFound() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (TorchType type : List.of(TorchType.FLOAT32, TorchType.FLOAT16, TorchType.BFLOAT16)) {
                copyDemo();
                rewrite(UNET, UNET, scope, (n, t) -> n.equals("conv_out.weight") ? DTypes.cast(withInfinityAtItsEnd(t), type) : t, n -> n);
                String said = refused(folder);
                assertTrue(said.contains("'conv_out.weight' holds values that are not numbers") && said.contains(UNET), said);
            }
        }
    }

    private static NDArray withInfinityAtItsEnd(NDArray tensor) {
        float[] values = Tensors.floats(tensor);
        values[values.length - 1] = Float.POSITIVE_INFINITY;
        return Tensors.of(tensor.getManager(), values, tensor.getShape().getShape());
    }

    @Test
    void missingShardsAndWrongIndicesAreNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            copyDemo();
            shard("vae", "diffusion_pytorch_model", "", scope);
            Path second = folder.resolve("vae").resolve(shardName("diffusion_pytorch_model", "", 1));
            Path first = folder.resolve("vae").resolve(shardName("diffusion_pytorch_model", "", 0));
            byte[] kept = Files.readAllBytes(second);
            Files.delete(second);
            assertTrue(refused(folder).contains(second.toString()), refused(folder));
            Files.write(second, Files.readAllBytes(first));
            assertTrue(refused(folder).contains("index.json"), refused(folder));
            Files.write(second, kept);
            picture(folder, scope);
        }
    }

    @Test
    void aRefinersPartsAmongTheBasesAreToldApart() throws Exception {
        copy(ReferenceSet.base(), folder);
        copy(ReferenceSet.refiner().resolve("unet"), folder.resolve("unet"));
        assertTrue(refused(folder).contains("the U-Net attends to a text embedding of width 48 and the text encoders give 80"), refused(folder));
        copy(ReferenceSet.refiner(), folder);
        change("model_index.json", json -> json.addProperty("requires_aesthetics_score", false));
        assertTrue(refused(folder).contains("pooled text embedding"), refused(folder));
        change("model_index.json", json -> json.addProperty("requires_aesthetics_score", true));
        change("vae/config.json", json -> json.addProperty("latent_channels", 16));
        assertTrue(refused(folder).contains("4 latent channels and the VAE on 16"), refused(folder));
    }

    @Test
    void oldNamesAndTablesOfPositionsAreUnderstood() throws Exception {
        copyDemo();
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] plain = picture(demo(), scope);
            rewrite("vae/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors", scope, (n, t) -> t,
                    n -> n.replace("attentions.0.to_q.", "attentions.0.query.").replace("attentions.0.to_out.0.", "attentions.0.proj_attn."));
            Map<String, NDArray> text = read(TEXT, scope);
            text.put("text_model.embeddings.position_ids", Tensors.of(scope.manager(), new long[] {0, 1, 2}, 1, 3));
            SafeTensorsWriter.write(folder.resolve(TEXT), Map.of(), text);
            assertEquals(0, ReferenceSet.largestDifference(plain, picture(folder, scope)));
        }
    }

    @Test
    void everyMissingFileIsNamed() throws Exception {
        List<String> files = new ArrayList<>();
        for (String part : List.of("unet", "vae", "text_encoder", "text_encoder_2")) {
            files.add(part + "/config.json");
        }
        files.addAll(List.of(UNET, TEXT, "scheduler/scheduler_config.json", "tokenizer/vocab.json", "tokenizer_2/merges.txt", "model_index.json"));
        for (String file : files) {
            copyDemo();
            Files.delete(folder.resolve(file));
            if (file.endsWith("vocab.json")) {
                Files.delete(folder.resolve("tokenizer/tokenizer.json"));
            }
            String message = refused(folder);
            assertTrue(message.contains(folder.resolve(file).getParent().toString()), file + ": " + message);
        }
        assertTrue(refused(folder.resolve("nowhere")).contains("nowhere"));
    }

    @Test
    void everyDamagedFileIsNamed() throws Exception {
        for (String file : List.of("unet/config.json", "scheduler/scheduler_config.json", "tokenizer/vocab.json", UNET)) {
            copyDemo();
            Files.writeString(folder.resolve(file), "{\"damaged\": ");
            String message = refused(folder);
            assertTrue(message.contains(folder.resolve(file).toString()), file + ": " + message);
        }
        copyDemo();
        byte[] bytes = Files.readAllBytes(folder.resolve(UNET));
        Files.write(folder.resolve(UNET), Arrays.copyOf(bytes, bytes.length / 2));
        assertTrue(refused(folder).contains(UNET));
    }

    @Test
    void weightsThatDoNotFitTheConfigurationAreNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            copyDemo();
            Map<String, NDArray> unet = read(UNET, scope);
            unet.remove("conv_in.bias");
            SafeTensorsWriter.write(folder.resolve(UNET), Map.of(), unet);
            assertTrue(refused(folder).contains("lacks 1 of the weights that its config.json asks for: conv_in.bias"));
            unet = readFrom(demo(), UNET, scope);
            unet.put("stranger.weight", unet.get("conv_in.bias"));
            SafeTensorsWriter.write(folder.resolve(UNET), Map.of(), unet);
            assertTrue(refused(folder).contains("stranger.weight"));
            unet = readFrom(demo(), UNET, scope);
            unet.put("conv_in.bias", Tensors.of(scope.manager(), new float[] {1, 2, 3}, 3));
            SafeTensorsWriter.write(folder.resolve(UNET), Map.of(), unet);
            assertTrue(refused(folder).contains("conv_in.bias is (3)"));
            unet = readFrom(demo(), UNET, scope);
            unet.put("conv_in.bias", unet.get("conv_in.bias").mul(Float.NaN));
            SafeTensorsWriter.write(folder.resolve(UNET), Map.of(), unet);
            assertTrue(refused(folder).contains("'conv_in.bias' holds values that are not numbers"));
        }
    }

    @Test
    void partsOfDifferentModelsAreToldApart() throws Exception {
        copyDemo();
        change("unet/config.json", json -> json.addProperty("cross_attention_dim", 64));
        assertTrue(refused(folder).contains("width 64"));
        copyDemo();
        change("tokenizer/tokenizer_config.json", json -> json.addProperty("model_max_length", 500));
        assertTrue(refused(folder).contains("500 tokens"));
        copyDemo();
        change("unet/config.json", json -> json.addProperty("class_embed_type", "timestep"));
        assertTrue(refused(folder).contains("class_embed_type"));
        copyDemo();
        change("scheduler/scheduler_config.json", json -> json.addProperty("_class_name", "Mystery"));
        assertTrue(refused(folder).contains("Mystery"));
    }

    @Test
    void theRefinerHasHookPointsOfItsOwnShape() throws Exception {
        try (ImageModel refiner = (ImageModel) backend.open(ReferenceSet.refiner(), Placement.CPU, Monitor.silent())) {
            assertEquals(4, refiner.defaultHookPoints().size());
            assertTrue(refiner.hookPoints().stream().noneMatch(p -> p.path().startsWith("text_encoder.")));
        }
    }

    @Test
    void halfPrecisionPaintsNearlyTheSamePicture() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] single = picture(demo(), scope);
            for (Placement.DType half : List.of(Placement.DType.BF16, Placement.DType.FP16)) {
                Placement placement = new Placement("cpu", half);
                try (Scope halfScope = Scope.open(placement); ImageModel model = (ImageModel) backend.open(demo(), placement, Monitor.silent())) {
                    float[] near = Tensors.floats(model.generate(model.defaults().withPrompt("red heart", 1).withSteps(1), List.of(),
                            Monitor.silent(), halfScope.manager()).images().orElseThrow());
                    double squares = 0;
                    for (int i = 0; i < near.length; i++) {
                        squares += Math.pow(near[i] - single[i], 2);
                    }
                    assertTrue(Math.sqrt(squares / near.length) < 0.05, half.toString());
                }
            }
        }
    }

    private float[] picture(Path model, Scope scope) throws Exception {
        try (ImageModel opened = (ImageModel) backend.open(model, Placement.CPU, Monitor.silent()); Scope step = scope.child()) {
            return Tensors.floats(opened.generate(opened.defaults().withPrompt("red heart", 1).withSteps(1), List.of(), Monitor.silent(),
                    step.manager()).images().orElseThrow());
        }
    }

    private String refused(Path model) {
        RefractException refused = assertThrows(RefractException.class, () -> backend.open(model, Placement.CPU, Monitor.silent()).close());
        return refused.getMessage();
    }

    private static Path demo() throws RefractException {
        return new Locations().demo().resolve("turbo");
    }

    private void copyDemo() throws Exception {
        copy(demo(), folder);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.deleteIfExists(target);
                Files.write(target, Files.readAllBytes(file));
            }
        }
    }

    private void change(String file, Consumer<JsonObject> change) throws IOException {
        JsonObject json = JsonParser.parseString(Files.readString(folder.resolve(file))).getAsJsonObject();
        change.accept(json);
        Files.writeString(folder.resolve(file), json.toString());
    }

    private Map<String, NDArray> read(String file, Scope scope) throws RefractException {
        return readFrom(folder, file, scope);
    }

    private static Map<String, NDArray> readFrom(Path model, String file, Scope scope) throws RefractException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (SafeTensors weights = SafeTensors.open(model.resolve(file))) {
            for (String name : weights.names()) {
                tensors.put(name, DTypes.copy(scope.manager(), weights.read(name, scope.manager())));
            }
        }
        return tensors;
    }

    private void rewrite(String from, String to, Scope scope, BiFunction<String, NDArray, NDArray> values,
            UnaryOperator<String> names) throws RefractException {
        Map<String, NDArray> changed = new LinkedHashMap<>();
        read(from, scope).forEach((name, tensor) -> changed.put(names.apply(name), values.apply(name, tensor)));
        SafeTensorsWriter.write(folder.resolve(to), Map.of(), changed);
    }

    /** Splits a part's file in two, with an index. */
    private void shard(String part, String stem, String variant, Scope scope) throws Exception {
        Path whole = folder.resolve(part).resolve(stem + ".safetensors");
        Map<String, NDArray> tensors = read(part + "/" + stem + ".safetensors", scope);
        Files.delete(whole);
        JsonObject map = new JsonObject();
        List<Map<String, NDArray>> halves = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        int i = 0;
        for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
            int half = i++ % 2;
            halves.get(half).put(tensor.getKey(), tensor.getValue());
            map.addProperty(tensor.getKey(), shardName(stem, variant, half));
        }
        for (int half = 0; half < 2; half++) {
            SafeTensorsWriter.write(whole.resolveSibling(shardName(stem, variant, half)), Map.of(), halves.get(half));
        }
        JsonObject index = new JsonObject();
        index.add("weight_map", map);
        Files.writeString(whole.resolveSibling(stem + ".safetensors.index" + variant + ".json"), index.toString());
    }

    private static String shardName(String stem, String variant, int half) {
        return stem + variant + "-0000" + (half + 1) + "-of-00002.safetensors";
    }
}

package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.Parameter;
import org.refract.nn.weights.Origin;
import org.refract.nn.weights.Spelling;

/** Models in one file with sgm's names. */
class SingleFileTest {

    private static final Placement HALF = new Placement("cpu", Placement.DType.BF16);
    /** A matrix product's last bits follow the place of a mapped weight in memory; converted weights all begin at the same kind of place. */
    private static final double ALIGNMENT = 1e-5;

    private final SdxlBackend backend = new SdxlBackend();
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"base", "refiner"})
    void everyWeightOfTheFullSizeLiesWhereDiffusersFindsItAndNoneIsLeftOver(String model) throws Exception {
        JsonObject golden = golden(model);
        Map<String, Origin> expected = new TreeMap<>();
        for (JsonElement row : golden.getAsJsonArray("origins")) {
            int third = row.getAsJsonArray().get(2).getAsInt();
            expected.put(row.getAsJsonArray().get(0).getAsString(), new Origin(row.getAsJsonArray().get(1).getAsString(), Math.max(third, 0),
                    third < 0 ? 1 : 3, row.getAsJsonArray().get(3).getAsBoolean()));
        }
        SingleFile file = new SingleFile(folder.resolve("sd_xl.safetensors"), Set.of(), model.equals("refiner"), Optional.empty(), false, false);
        SdxlParts parts = SdxlParts.read(file);
        Map<String, Origin> found = new TreeMap<>();
        Set<String> unclaimed = new TreeSet<>(golden.getAsJsonObject("tensors").keySet());
        for (SdxlParts.Part part : parts.all()) {
            Spelling spelling = file.spelling(part.module());
            part.module().parameters().map(Parameter::path)
                    .forEach(path -> found.put(path, spelling.origins().apply(path.substring(part.name().length() + 1)).getFirst()));
        }
        assertEquals(expected, found);
        found.values().forEach(origin -> unclaimed.remove(origin.name()));
        assertTrue(unclaimed.stream().allMatch(n -> n.endsWith(".position_ids") || n.endsWith(".logit_scale")), unclaimed.toString());
    }

    @Test
    void paintsTheSamePictureAsTheFolderToTheBit() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] mapped = picture(ReferenceSet.base(), Placement.CPU, scope);
            float[] converted = picture(ReferenceSet.base(), HALF, scope);
            Map<String, NDArray> tensors = SingleFileWriter.tensors(ReferenceSet.base(), scope);
            tensors.put("conditioner.embedders.1.model.logit_scale", Tensors.of(scope.manager(), new float[] {1}, 1));
            tensors.put("conditioner.embedders.0.transformer.text_model.embeddings.position_ids", Tensors.of(scope.manager(), new long[] {0}, 1, 1));
            tensors.put("denoiser.sigmas", Tensors.of(scope.manager(), new float[] {1, 2}, 2));
            Path safetensors = folder.resolve("tiny.safetensors");
            SafeTensorsWriter.write(safetensors, Map.of(), tensors);
            SingleFileWriter.configuration(ReferenceSet.base(), safetensors);
            Path ckpt = folder.resolve("tiny.ckpt");
            TorchArchiveWriter.write(ckpt, Map.of("state_dict", tensors, "global_step", 7L), scope.manager());
            for (Path file : List.of(safetensors, ckpt)) {
                assertTrue(backend.recognises(file));
                assertEquals(0, ReferenceSet.largestDifference(converted, picture(file, HALF, scope)), file.toString());
                assertEquals(0, ReferenceSet.largestDifference(mapped, picture(file, Placement.CPU, scope)), ALIGNMENT, file.toString());
                assertEquals(backend.inspect(ReferenceSet.base()).fingerprint(), backend.inspect(file).fingerprint());
                assertEquals("tiny", backend.inspect(file).name());
            }
        }
    }

    @Test
    void theRefinerIsToldByItsNames() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Path file = SingleFileWriter.write(ReferenceSet.refiner(), folder.resolve("finer.safetensors"), scope);
            assertEquals("refiner", backend.inspect(file).details().get("kind"));
            assertEquals(backend.inspect(ReferenceSet.refiner()).fingerprint(), backend.inspect(file).fingerprint());
        }
    }

    @Test
    void aFileOfAnotherSizeSaysWhereItsConfigurationBelongs() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Path file = folder.resolve("alone.safetensors");
            SafeTensorsWriter.write(file, Map.of(), SingleFileWriter.tensors(ReferenceSet.base(), scope));
            String said = refused(file);
            assertTrue(said.contains(folder.resolve("alone").toString()) && said.contains("Stable Diffusion XL"), said);
        }
    }

    @Test
    void otherFilesAreNamedForWhatTheyAre() throws Exception {
        Map<String, List<String>> files = new LinkedHashMap<>();
        files.put("Stable Diffusion 1 or 2", List.of("model.diffusion_model.out.2.bias", "cond_stage_model.transformer.x"));
        files.put("a U-Net without", List.of("model.diffusion_model.out.2.bias"));
        files.put("a LoRA", List.of("lora_unet_mid_block_resnets_0_conv1.lora_down.weight"));
        files.put("a VAE", List.of("decoder.conv_in.weight", "encoder.conv_in.weight"));
        files.put("a textual inversion", List.of("clip_l", "clip_g"));
        files.put("other weights", List.of("a.weight", "b.weight", "c.weight", "d.weight", "e.weight"));
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (Map.Entry<String, List<String>> file : files.entrySet()) {
                Map<String, NDArray> tensors = new LinkedHashMap<>();
                file.getValue().forEach(name -> tensors.put(name, Tensors.zeros(scope.manager(), 2, 3)));
                Path path = folder.resolve("file.safetensors");
                SafeTensorsWriter.write(path, Map.of(), tensors);
                assertFalse(backend.recognises(path));
                assertTrue(refused(path).contains(file.getKey()), refused(path));
            }
            Map<String, NDArray> inpainting = new LinkedHashMap<>();
            inpainting.put("model.diffusion_model.input_blocks.0.0.weight", Tensors.zeros(scope.manager(), 8, 9, 3, 3));
            inpainting.put("conditioner.embedders.1.model.ln_final.bias", Tensors.zeros(scope.manager(), 4));
            SafeTensorsWriter.write(folder.resolve("file.safetensors"), Map.of(), inpainting);
            assertTrue(refused(folder.resolve("file.safetensors")).contains("9 channels"));
        }
        Files.writeString(folder.resolve("broken.safetensors"), "no");
        assertFalse(backend.recognises(folder.resolve("broken.safetensors")));
        assertTrue(refused(folder.resolve("broken.safetensors")).contains("broken.safetensors"));
    }

    @Test
    void turboAndPredictionOfVAreReadFromNameAndKeys() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("model.diffusion_model.out.2.bias", Tensors.zeros(scope.manager(), 4));
            tensors.put("conditioner.embedders.1.model.ln_final.bias", Tensors.zeros(scope.manager(), 4));
            SafeTensorsWriter.write(folder.resolve("sd_xl_turbo_1.0.safetensors"), Map.of(), tensors);
            SdxlParts turbo = SdxlParts.read(SingleFile.open(folder.resolve("sd_xl_turbo_1.0.safetensors")));
            assertEquals("trailing", turbo.scheduler().timestepSpacing());
            assertEquals(64, turbo.unet().config().sampleSize());
            tensors.put("v_pred", Tensors.zeros(scope.manager(), 1));
            tensors.put("ztsnr", Tensors.zeros(scope.manager(), 1));
            SafeTensorsWriter.write(folder.resolve("v.safetensors"), Map.of(), tensors);
            SdxlParts v = SdxlParts.read(SingleFile.open(folder.resolve("v.safetensors")));
            assertEquals("v_prediction", v.scheduler().predictionType());
            assertEquals("leading", v.scheduler().timestepSpacing());
        }
    }

    private float[] picture(Path model, Placement placement, Scope scope) throws Exception {
        try (ImageModel opened = (ImageModel) backend.open(model, placement, Monitor.silent()); Scope step = scope.child()) {
            return Tensors.floats(opened.generate(opened.defaults().withPrompt("red heart", 1).withSteps(2), List.of(), Monitor.silent(),
                    step.manager()).images().orElseThrow());
        }
    }

    private String refused(Path model) {
        return assertThrows(RefractException.class, () -> backend.open(model, Placement.CPU, Monitor.silent()).close()).getMessage();
    }

    private static JsonObject golden(String model) throws Exception {
        Path file = new Locations().reference("single_file").resolve(model + ".json.gz");
        try (var in = new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(in).getAsJsonObject();
        }
    }
}

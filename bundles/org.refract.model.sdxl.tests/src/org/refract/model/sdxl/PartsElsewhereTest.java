package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.file.TorchArchiveWriter;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Models whose parts lie in several places, under several names and in several kinds of files, are the same model. */
class PartsElsewhereTest {

    private static final Predicate<String> TEXT = name -> name.startsWith("conditioner.");
    private static final Predicate<String> VAE = name -> name.startsWith("first_stage_model.");

    private final SdxlBackend backend = new SdxlBackend();
    @TempDir
    private Path folder;
    private Scope scope;
    private Map<String, NDArray> whole;
    private String fingerprint;

    @BeforeEach
    void tensors() throws Exception {
        scope = Scope.open(Placement.CPU);
        whole = SingleFileWriter.tensors(ReferenceSet.base(), scope);
        fingerprint = backend.inspect(ReferenceSet.base()).fingerprint();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aUNetWithoutTextEncodersSaysSoAndTakesThemFromAnotherModel() throws Exception {
        Path file = write("merged", TEXT.negate());
        assertTrue(backend.describe(file).orElseThrow().get("what").contains("no text encoders: take them from another model or file with --text-encoders"));
        assertTrue(refused(file, Adapters.NONE).contains("has no text encoders: take them from another model or file with --text-encoders MODEL"));
        assertEquals(fingerprint, opened(file, new Adapters(List.of(), List.of(), Optional.empty(), List.of(ReferenceSet.base()))));
        assertTrue(refused(file, new Adapters(List.of(), List.of(), Optional.empty(), List.of(ReferenceSet.base().resolve("vae"))))
                .contains("holds no text encoder that fits"));
    }

    @Test
    void eachTextEncoderMayLieInAFileOfItsOwnOrInAWholeModelsFile() throws Exception {
        Path file = write("merged", TEXT.negate());
        Path first = folder.resolve("clip_l.safetensors");
        Path second = folder.resolve("clip_g.safetensors");
        Map<String, NDArray> one = read("text_encoder");
        one.put("text_projection.weight", Tensors.zeros(scope.manager(), 32, 32));
        SafeTensorsWriter.write(first, Map.of(), one);
        SafeTensorsWriter.write(second, Map.of(), read("text_encoder_2"));
        assertEquals(fingerprint, opened(file, new Adapters(List.of(), List.of(), Optional.empty(), List.of(second, first))));
        assertEquals(fingerprint, opened(file, new Adapters(List.of(), List.of(), Optional.empty(), List.of(write("all", name -> true)))));
    }

    @Test
    void aModelWithoutVaeTakesOne() throws Exception {
        Path file = write("novae", VAE.negate());
        assertTrue(backend.describe(file).orElseThrow().get("what").contains("it has no VAE: take it from another model or file with --vae MODEL"));
        String said = refused(file, Adapters.NONE);
        assertTrue(said.contains("has no VAE") && said.contains("--vae") && !said.contains("download"), said);
        assertEquals(fingerprint, opened(file, new Adapters(List.of(), List.of(), Optional.of(ReferenceSet.base()))));
    }

    @Test
    void whatAFileLacksMayLieBesideIt() throws Exception {
        Path file = write("bare", TEXT.or(VAE).negate());
        assertTrue(refused(file, Adapters.NONE).contains("has no text encoders and no VAE: take them from another model or file with --text-encoders MODEL and --vae"));
        for (String part : List.of("text_encoder", "text_encoder_2")) {
            Files.copy(ReferenceSet.base().resolve(part).resolve("model.safetensors"), folder.resolve("bare").resolve(part).resolve("model.safetensors"));
        }
        Files.copy(ReferenceSet.base().resolve("vae/diffusion_pytorch_model.safetensors"), folder.resolve("bare/vae/diffusion_pytorch_model.safetensors"));
        assertTrue(backend.describe(file).isEmpty());
        assertEquals(fingerprint, opened(file, Adapters.NONE));
    }

    @Test
    void theFolderOfAPartReadsTheNamesOfEveryTool() throws Exception {
        Path model = copy();
        SafeTensorsWriter.write(model.resolve("unet/diffusion_pytorch_model.safetensors"), Map.of(), named(TEXT.negate(), ""));
        SafeTensorsWriter.write(model.resolve("vae/diffusion_pytorch_model.safetensors"), Map.of(), named(VAE, "first_stage_model."));
        SafeTensorsWriter.write(model.resolve("text_encoder_2/model.safetensors"), Map.of(), named(n -> n.startsWith("conditioner.embedders.1."), ""));
        assertEquals(fingerprint, opened(model, Adapters.NONE));
        Map<String, NDArray> compiled = new LinkedHashMap<>();
        read("unet").forEach((name, tensor) -> compiled.put("module._orig_mod." + name, tensor));
        SafeTensorsWriter.write(model.resolve("unet/diffusion_pytorch_model.safetensors"), Map.of(), compiled);
        assertEquals(fingerprint, opened(model, Adapters.NONE));
    }

    @Test
    void theProjectionIsReadInBothSpellings() throws Exception {
        String name = "conditioner.embedders.1.model.text_projection";
        whole.put(name + ".weight", DTypes.copy(scope.manager(), whole.remove(name).transpose()));
        assertEquals(fingerprint, opened(write("tpw", n -> true), Adapters.NONE));
    }

    @Test
    void bytesBehindTheEndAreSaidAndPassedOver() throws Exception {
        Path file = write("trail", n -> true);
        Files.write(file, new byte[512], java.nio.file.StandardOpenOption.APPEND);
        List<String> notes = new ArrayList<>();
        try (ImageModel model = (ImageModel) backend.open(file, Placement.CPU, Adapters.NONE, new Notes(notes))) {
            assertEquals(fingerprint, model.info().fingerprint());
        }
        assertEquals(List.of(file + " has 512 bytes behind its last tensor, which are passed over."), notes);
    }

    @Test
    void torchsFilesAreReadWholeInShardsAndAsVariants() throws Exception {
        for (String name : List.of("diffusion_pytorch_model.fp16.bin", "pytorch_model.bin", "weights.pt")) {
            Path model = copy();
            Files.delete(model.resolve("unet/diffusion_pytorch_model.safetensors"));
            TorchArchiveWriter.write(model.resolve("unet").resolve(name), read("unet"), scope.manager());
            assertEquals(fingerprint, opened(model, Adapters.NONE), name);
        }
        Path model = copy();
        Files.delete(model.resolve("unet/diffusion_pytorch_model.safetensors"));
        List<Map<String, NDArray>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        StringBuilder index = new StringBuilder("{\"metadata\": {}, \"weight_map\": {");
        for (Map.Entry<String, NDArray> tensor : read("unet").entrySet()) {
            int shard = Math.floorMod(tensor.getKey().hashCode(), 2);
            shards.get(shard).put(tensor.getKey(), tensor.getValue());
            index.append(index.indexOf("model-") < 0 ? "" : ", ").append("\"%s\": \"model-%d.bin\"".formatted(tensor.getKey(), shard));
        }
        for (int i = 0; i < shards.size(); i++) {
            TorchArchiveWriter.write(model.resolve("unet/model-%d.bin".formatted(i)), shards.get(i), scope.manager());
        }
        Path file = Files.writeString(model.resolve("unet/diffusion_pytorch_model.bin.index.json"), index.append("}}"));
        assertEquals(fingerprint, opened(model, Adapters.NONE));
        for (String name : List.of("../model-1.bin", "/tmp/model-1.bin", "\\ud800", "model-9.bin")) {
            Files.writeString(file, index.toString().replace("model-1.bin", name));
            assertTrue(refused(model, Adapters.NONE).contains(file.toString()), name);
        }
    }

    @Test
    void theHubsCacheIsAModelAtEveryLevel() throws Exception {
        Path hub = folder.resolve("cache/hub");
        Path model = hub.resolve("models--some-one--tiny-xl");
        Path snapshot = Files.createDirectories(model.resolve("snapshots")).resolve("0123abcd");
        Files.move(copy(), snapshot);
        for (Path level : List.of(folder.resolve("cache"), hub, model, model.resolve("snapshots"), snapshot)) {
            assertTrue(backend.recognises(level), level.toString());
            assertEquals(fingerprint, backend.inspect(level).fingerprint());
        }
        assertEquals("tiny-xl", backend.inspect(snapshot).name());
        Files.createDirectories(model.resolve("snapshots/4567"));
        assertTrue(refused(hub, Adapters.NONE).contains("several snapshots; name one of them: 0123abcd, 4567"));
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs/main"), "0123abcd\n");
        assertEquals(fingerprint, backend.inspect(hub).fingerprint());
        Files.writeString(model.resolve("refs/main"), "../../..");
        assertFalse(backend.recognises(hub));
        Files.createDirectories(hub.resolve("models--a--b/snapshots/1"));
        assertTrue(refused(hub, Adapters.NONE).contains("2 models"));
    }

    private Path write(String name, Predicate<String> such) throws Exception {
        Path file = folder.resolve(name + ".safetensors");
        SafeTensorsWriter.write(file, Map.of(), named(such, ""));
        SingleFileWriter.configuration(ReferenceSet.base(), file);
        return file;
    }

    /** Tensors of the whole model, without what their names begin with. */
    private Map<String, NDArray> named(Predicate<String> such, String without) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        whole.forEach((name, tensor) -> {
            if (such.test(name)) {
                tensors.put(name.substring(without.length()), tensor);
            }
        });
        return tensors;
    }

    /** The tensors of a part as diffusers names them. */
    private Map<String, NDArray> read(String part) throws Exception {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (SafeTensors file = SafeTensors.open(ReferenceSet.base().resolve(part))) {
            for (String name : file.names()) {
                tensors.put(name, DTypes.copy(scope.manager(), file.read(name, scope.manager())));
            }
        }
        return tensors;
    }

    private Path copy() throws IOException {
        Path to = Files.createTempDirectory(folder, "model");
        Path from;
        try {
            from = ReferenceSet.base();
        } catch (RefractException e) {
            throw new IOException(e);
        }
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.write(target, Files.readAllBytes(file));
            }
        }
        return to;
    }

    private String opened(Path model, Adapters adapters) throws Exception {
        assertTrue(backend.recognises(model));
        try (ImageModel opened = (ImageModel) backend.open(model, Placement.CPU, adapters, Monitor.silent()); Scope step = scope.child()) {
            opened.generate(opened.defaults().withPrompt("a", 1).withSteps(1), List.of(), Monitor.silent(), step.manager());
            return opened.info().fingerprint();
        }
    }

    private String refused(Path model, Adapters adapters) {
        return assertThrows(RefractException.class, () -> backend.open(model, Placement.CPU, adapters, Monitor.silent()).close()).getMessage();
    }
}

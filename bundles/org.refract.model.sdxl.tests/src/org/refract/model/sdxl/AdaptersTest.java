package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** Models opened with LoRA and another VAE. */
class AdaptersTest {

    private final SdxlBackend backend = new SdxlBackend();
    @TempDir
    private Path folder;

    /** A picture and the fingerprint of the model that drew it. */
    private record Drawn(float[] picture, String fingerprint, Map<String, String> details) {
    }

    @Test
    void aLoraChangesPictureAndFingerprintByItsStrength() throws Exception {
        Path lora = new Locations().reference("lora").resolve("kohya_sgm.safetensors");
        Drawn plain = draw(Adapters.NONE);
        Drawn none = draw(new Adapters(List.of(new Adapters.Lora(lora, 0)), List.of(), Optional.empty()));
        Drawn half = draw(new Adapters(List.of(new Adapters.Lora(lora, 0.5)), List.of(), Optional.empty()));
        assertArrayEquals(plain.picture(), none.picture());
        assertTrue(ReferenceSet.largestDifference(plain.picture(), half.picture()) > 1e-3);
        assertEquals(3, Stream.of(plain, none, half).map(Drawn::fingerprint).distinct().count());
        assertEquals("kohya_sgm.safetensors × 0.5", half.details().get("LoRA"));
    }

    @Test
    void aWordThatCameWithALoraIsKnownAndSoIsAFilesName() throws Exception {
        Path lora = folder.resolve("with words.safetensors");
        Path named = folder.resolve("nicehands.safetensors");
        Path outputs = folder.resolve("outputs.safetensors");
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray first = Tensors.of(scope.manager(), rising(32), 1, 32);
            NDArray second = Tensors.of(scope.manager(), rising(48), 1, 48);
            SafeTensorsWriter.write(lora, Map.of(), Map.of("bundle_emb.shiny.clip_l", first, "bundle_emb.shiny.clip_g", second,
                    "lora_unet_conv_out.diff_b", Tensors.zeros(scope.manager(), 4)));
            SafeTensorsWriter.write(named, Map.of("name", "trainrun-step-500"), Map.of("clip_l", first, "clip_g", second));
            SafeTensorsWriter.write(outputs, Map.of(), Map.of("clip_l_out", first, "clip_g_out", second));
        }
        float[] plain = draw(Adapters.NONE, "a hand, shiny").picture();
        float[] bundled = draw(new Adapters(List.of(new Adapters.Lora(lora, 1)), List.of(), Optional.empty()), "a hand, shiny").picture();
        assertTrue(ReferenceSet.largestDifference(plain, bundled) > 1e-3);
        Adapters one = new Adapters(List.of(), List.of(named), Optional.empty());
        assertArrayEquals(bundled, draw(one, "a hand, nicehands").picture());
        assertArrayEquals(bundled, draw(one, "a hand, trainrun-step-500").picture());
        float[] given = draw(new Adapters(List.of(), List.of(outputs), Optional.empty()), "a hand, outputs").picture();
        assertTrue(ReferenceSet.largestDifference(bundled, given) > 1e-3);
    }

    private static float[] rising(int width) {
        float[] values = new float[width];
        for (int i = 0; i < width; i++) {
            values[i] = (i - width / 2f) / width;
        }
        return values;
    }

    @Test
    void anotherVaeComesFromAFolderAModelOrAFileInEitherNaming() throws Exception {
        Path own = ReferenceSet.base().resolve("vae");
        Drawn plain = draw(Adapters.NONE);
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors file = SafeTensors.open(own)) {
            Map<String, NDArray> doubled = new LinkedHashMap<>();
            for (String name : file.names()) {
                NDArray tensor = file.read(name, scope.manager());
                doubled.put(name, name.startsWith("decoder.conv_out") ? tensor.mul(0.5f) : tensor);
            }
            Path model = Files.createDirectories(folder.resolve("model/vae"));
            Files.copy(own.resolve("config.json"), model.resolve("config.json"));
            SafeTensorsWriter.write(model.resolve("diffusion_pytorch_model.safetensors"), Map.of(), doubled);
            Path single = folder.resolve("other.safetensors");
            SafeTensorsWriter.write(single, Map.of(), doubled);
            Path ldm = folder.resolve("ldm.safetensors");
            Map<String, NDArray> renamed = new LinkedHashMap<>();
            SingleFileWriter.tensors(ReferenceSet.base(), scope).forEach((name, tensor) -> {
                if (name.startsWith("first_stage_model.")) {
                    String bare = name.substring("first_stage_model.".length());
                    renamed.put(bare, bare.startsWith("decoder.conv_out") ? tensor.mul(0.5f) : tensor);
                }
            });
            SafeTensorsWriter.write(ldm, Map.of(), renamed);
            Drawn first = draw(vae(model));
            assertNotEquals(plain.fingerprint(), first.fingerprint());
            assertTrue(ReferenceSet.largestDifference(plain.picture(), first.picture()) > 1e-3);
            for (Path other : List.of(model.getParent(), single, ldm)) {
                Drawn drawn = draw(vae(other));
                assertEquals(first.fingerprint(), drawn.fingerprint(), other.toString());
                assertTrue(ReferenceSet.largestDifference(first.picture(), drawn.picture()) < 1e-5, other.toString());
                assertEquals(other.toString(), drawn.details().get("VAE from"));
            }
        }
    }

    @Test
    void whatIsNoVaeIsSaidInASentence() throws Exception {
        assertTrue(refused(new Locations().reference("lora").resolve("peft.safetensors")).contains("holds no VAE"));
        assertTrue(refused(folder.resolve("nowhere.safetensors")).contains("nowhere.safetensors"));
        assertTrue(refused(folder).contains("config.json"));
        Files.writeString(folder.resolve("config.json"), Files.readString(ReferenceSet.base().resolve("vae/config.json"))
                .replace("\"latent_channels\": 4", "\"latent_channels\": 16"));
        assertTrue(refused(folder).contains("4 latent channels and the VAE on 16"));
    }

    private static Adapters vae(Path vae) {
        return new Adapters(List.of(), List.of(), Optional.of(vae));
    }

    private String refused(Path vae) {
        return assertThrows(RefractException.class, () -> backend.open(ReferenceSet.base(), Placement.CPU, vae(vae), Monitor.silent()).close()).getMessage();
    }

    private Drawn draw(Adapters adapters) throws Exception {
        return draw(adapters, "red heart");
    }

    private Drawn draw(Adapters adapters, String prompt) throws Exception {
        try (ImageModel model = (ImageModel) backend.open(ReferenceSet.base(), Placement.CPU, adapters, Monitor.silent());
                Scope scope = Scope.open(Placement.CPU)) {
            float[] picture = Tensors.floats(model.generate(model.defaults().withPrompt(prompt, 1).withSteps(2), List.of(), Monitor.silent(),
                    scope.manager()).images().orElseThrow());
            return new Drawn(picture, model.info().fingerprint(), model.info().details());
        }
    }
}

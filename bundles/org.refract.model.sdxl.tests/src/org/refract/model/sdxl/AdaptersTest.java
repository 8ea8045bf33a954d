package org.refract.model.sdxl;

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
        assertTrue(ReferenceSet.largestDifference(plain.picture(), none.picture()) < 1e-4);
        assertTrue(ReferenceSet.largestDifference(plain.picture(), half.picture()) > 1e-3);
        assertEquals(3, Stream.of(plain, none, half).map(Drawn::fingerprint).distinct().count());
        assertEquals("kohya_sgm.safetensors × 0.5", half.details().get("LoRA"));
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
        try (ImageModel model = (ImageModel) backend.open(ReferenceSet.base(), Placement.CPU, adapters, Monitor.silent());
                Scope scope = Scope.open(Placement.CPU)) {
            float[] picture = Tensors.floats(model.generate(model.defaults().withPrompt("red heart", 1).withSteps(2), List.of(), Monitor.silent(),
                    scope.manager()).images().orElseThrow());
            return new Drawn(picture, model.info().fingerprint(), model.info().details());
        }
    }
}

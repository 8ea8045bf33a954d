package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** What is said of files that belong to a model. */
class FileFactsTest {

    private final SdxlBackend backend = new SdxlBackend();
    @TempDir
    private Path folder;

    @Test
    void aLoraSaysWhatItChangesAndHow() throws Exception {
        Map<String, String> lora = backend.describe(new Locations().reference("lora").resolve("kohya_sgm.safetensors")).orElseThrow();
        assertTrue(lora.get("what").contains("a LoRA") && lora.get("what").contains("--lora"));
        assertEquals("15 layers of the U-Net, 2 layers of the first text encoder, 1 layer of the second text encoder", lora.get("changes"));
        assertEquals("2, 3, 4", lora.get("rank"));
        assertEquals("1.0, 2.0", lora.get("alpha"));
        Map<String, String> dora = backend.describe(new Locations().reference("lora").resolve("dora.safetensors")).orElseThrow();
        assertEquals("LoRA with magnitudes (DoRA)", dora.get("kind"));
        assertEquals("the rank", dora.get("alpha"));
    }

    @Test
    void changesOfAKindThatIsNotKnownAreNoLoraToAdd() throws Exception {
        Path file = folder.resolve("oft.safetensors");
        try (Scope scope = Scope.open(Placement.CPU)) {
            SafeTensorsWriter.write(file, Map.of(), Map.of("unet.conv_in.oft_R.weight", Tensors.zeros(scope.manager(), 2, 2)));
        }
        Map<String, String> facts = backend.describe(file).orElseThrow();
        assertTrue(facts.get("what").contains("of the kind OFT or BOFT of PEFT") && !facts.get("what").contains("--lora"), facts.get("what"));
    }

    @Test
    void vaesAndTextualInversionsAreKnown() throws Exception {
        assertTrue(backend.describe(ReferenceSet.base().resolve("vae")).orElseThrow().get("latents").startsWith("4 channels, 8 pixels"));
        Path vae = ReferenceSet.base().resolve("vae/diffusion_pytorch_model.safetensors");
        assertEquals("diffusers'", backend.describe(vae).orElseThrow().get("names"));
        Path word = folder.resolve("shiny.safetensors");
        try (Scope scope = Scope.open(Placement.CPU)) {
            SafeTensorsWriter.write(word, Map.of(), Map.of("clip_l", Tensors.zeros(scope.manager(), 2, 32), "clip_g", Tensors.zeros(scope.manager(), 2, 48)));
        }
        Map<String, String> inversion = backend.describe(word).orElseThrow();
        assertEquals("shiny", inversion.get("word"));
        assertTrue(inversion.get("vectors").contains("2 of width 48"));
        assertTrue(backend.describe(ReferenceSet.base().resolve("model_index.json")).isEmpty());
        assertTrue(backend.describe(folder).isEmpty());
    }
}

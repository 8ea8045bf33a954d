package org.refract.model.sdxl.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.refract.api.RefractException;
import org.refract.api.model.Adapters;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.ReferenceSet;
import org.refract.model.sdxl.clip.TextConfig;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.nn.ConfigFile;
import org.refract.model.sdxl.nn.Module;
import org.refract.model.sdxl.nn.Parameter;
import org.refract.model.sdxl.unet.UNet;
import org.refract.model.sdxl.unet.UNetConfig;

/** Changed weights against those that diffusers makes of the same files. */
class LorasTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"kohya_sgm, 0.7", "kohya_diffusers, -1.3", "peft, 1.0", "peft_metadata, 0.5", "old_diffusers, 1.0", "dora, 0.8", "formulas, 0.6"})
    void changesTheWeightsThatDiffusersChangesAndNoOthers(String name, double strength) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors expected = SafeTensors.open(golden(name + ".expected"))) {
            Map<String, float[]> plain = weights(List.of(), scope);
            Map<String, float[]> changed = weights(List.of(new Adapters.Lora(golden(name), strength)), scope);
            for (Map.Entry<String, float[]> weight : changed.entrySet()) {
                float[] wanted = expected.has(weight.getKey()) ? expected.floats(weight.getKey()) : plain.get(weight.getKey());
                assertArrayEquals(wanted, weight.getValue(), 2e-6f, weight.getKey());
            }
            assertTrue(changed.keySet().containsAll(expected.names()));
        }
    }

    @Test
    void severalAreAddedOneAfterTheOther() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            String weight = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight";
            float[] plain = weights(List.of(), scope).get(weight);
            float[] first = weights(List.of(new Adapters.Lora(golden("kohya_sgm"), 0.7)), scope).get(weight);
            float[] second = weights(List.of(new Adapters.Lora(golden("old_diffusers"), 2)), scope).get(weight);
            float[] both = weights(List.of(new Adapters.Lora(golden("kohya_sgm"), 0.7), new Adapters.Lora(golden("old_diffusers"), 2)), scope).get(weight);
            for (int i = 0; i < plain.length; i++) {
                assertEquals(first[i] + second[i] - plain[i], both[i], 2e-6f);
            }
            float[] none = weights(List.of(new Adapters.Lora(golden("kohya_sgm"), 0)), scope).get(weight);
            assertArrayEquals(plain, none);
        }
    }

    @Test
    void whatDoesNotFitIsSaidInASentence() throws Exception {
        String layer = "lora_unet_mid_block_resnets_0_time_emb_proj";
        assertTrue(refused(Map.of(layer + ".lora_down.weight", new long[] {2, 64}, layer + ".lora_up.weight", new long[] {3, 2}))
                .contains("unet.mid_block.resnets.0.time_emb_proj does not have that layer's shape"));
        assertTrue(refused(Map.of(layer + ".lora_down.weight", new long[] {2, 64})).contains("is incomplete"));
        assertTrue(refused(Map.of("lora_unet_nowhere_1.lora_down.weight", new long[] {2, 64}, "lora_unet_nowhere_1.lora_up.weight", new long[] {3, 2}))
                .contains("1 layers that this model does not have: lora_unet_nowhere_1"));
        assertTrue(refused(Map.of(layer + ".lora_down.weight", new long[] {2, 64}, layer + ".strange", new long[] {2})).contains(layer + ".strange"));
        assertTrue(refused(Map.of(layer + ".oft_blocks", new long[] {2, 64, 64})).contains("OFT"));
        assertTrue(refused(Map.of("decoder.conv_in.weight", new long[] {2, 64})).contains("is no LoRA: it is a VAE"));
    }

    private String refused(Map<String, long[]> shapes) throws Exception {
        Path file = folder.resolve("bad.safetensors");
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            shapes.forEach((name, shape) -> tensors.put(name, Tensors.zeros(scope.manager(), shape)));
            SafeTensorsWriter.write(file, Map.of(), tensors);
            String said = assertThrows(RefractException.class, () -> weights(List.of(new Adapters.Lora(file, 1)), scope)).getMessage();
            assertTrue(said.contains("bad.safetensors"), said);
            return said;
        }
    }

    /** The values of all weights of the tiny model's U-Net and text encoders. */
    private static Map<String, float[]> weights(List<Adapters.Lora> loras, Scope scope) throws Exception {
        Path base = ReferenceSet.base();
        List<Module> parts = List.of(new UNet("unet", UNetConfig.read(config(base, "unet"))),
                new TextEncoder("text_encoder", TextConfig.read(config(base, "text_encoder"), false)),
                new TextEncoder("text_encoder_2", TextConfig.read(config(base, "text_encoder_2"), true)));
        Map<String, float[]> weights = new LinkedHashMap<>();
        try (Loras changes = Loras.open(loras, parts); Scope step = scope.child()) {
            for (Module part : parts) {
                try (Checkpoint checkpoint = Checkpoint.open(base.resolve(part.path()))) {
                    checkpoint.match(part, part instanceof UNet ? Spelling.UNET : Spelling.TEXT_ENCODER).fill(step, changes);
                }
                Stream<Parameter> all = part.parameters();
                all.forEach(p -> weights.put(p.path(), Tensors.floats(p.value())));
            }
        }
        return weights;
    }

    private static ConfigFile config(Path model, String part) throws RefractException {
        return ConfigFile.read(model.resolve(part).resolve("config.json"));
    }

    private static Path golden(String name) throws RefractException {
        return new Locations().reference("lora").resolve(name + ".safetensors");
    }
}

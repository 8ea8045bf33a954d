package org.refract.model.sdxl.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
import org.refract.model.sdxl.unet.UNet;
import org.refract.model.sdxl.unet.UNetConfig;
import org.refract.nn.ConfigFile;
import org.refract.nn.Module;
import org.refract.nn.Parameter;
import org.refract.nn.adapter.Loras;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Spelling;

/** Changed weights against those that diffusers makes of the same files. */
class LorasTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"kohya_sgm, 0.7", "kohya_diffusers, -1.3", "peft, 1.0", "peft_metadata, 0.5", "old_diffusers, 1.0", "dora, 0.8", "formulas, 0.6", "kinds, 0.6", "kinds_peft, 0.8"})
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
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kohya_sgm", "kohya_diffusers", "peft", "old_diffusers", "dora", "formulas", "kinds", "kinds_peft"})
    void aStrengthOfNoughtLeavesEveryWeightAsItIsAndIsSaid(String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            List<String> notes = new ArrayList<>();
            Map<String, float[]> plain = weights(List.of(), scope);
            Map<String, float[]> none = weights(List.of(new Adapters.Lora(golden(name), 0)), scope, notes);
            plain.forEach((weight, values) -> assertArrayEquals(values, none.get(weight), weight));
            assertEquals(1, notes.size());
            assertTrue(notes.getFirst().contains(name + ".safetensors has the strength 0 and changes nothing"), notes.getFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q|.lora_down.weight|.lora_up.weight",
            "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q|.lora_down.weight|.lora_up.weight",
            "lora_unet__orig_mod_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q|.lora_down.weight|.lora_up.weight",
            "lycoris_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q|.lora_down.weight|.lora_up.weight",
            "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q|.lora_A.default.weight|.lora_B.default.weight",
            "unet.base_model.model.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q|.lora_A.style.weight|.lora_B.style.weight",
            "base_model.model.unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q|.lora_A.weight|.lora_B.weight",
            "base_model.model.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q|.lora_A.weight|.lora_B.weight",
            "module.unet._orig_mod.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q|.lora.down.weight|.lora.up.weight",
            "transformer.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q|.lora_A.weight|.lora_B.weight",
            "diffusion_model.input_blocks.4.1.transformer_blocks.0.attn1.to_q|.lora_down.weight|.lora_up.weight",
            "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn1.to_q|.lora_A.weight|.lora_B.weight"})
    void aLayerIsTheSameByTheNameOfEveryTool(String spelling) throws Exception {
        String layer = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight";
        assertChanges(spelling, layer);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "lora_te1_text_model_encoder_layers_0_self_attn_q_proj|.lora_down.weight|.lora_up.weight",
            "lora_te_text_model_encoder_layers_0_self_attn_q_proj|.lora_down.weight|.lora_up.weight",
            "text_encoder.text_model.encoder.layers.0.self_attn.q_proj|.lora_A.weight|.lora_B.weight",
            "text_encoder.base_model.model.text_model.encoder.layers.0.self_attn.q_proj|.lora_A.default.weight|.lora_B.default.weight",
            "clip_l.transformer.text_model.encoder.layers.0.self_attn.q_proj|.lora_down.weight|.lora_up.weight",
            "text_encoders.clip_l.transformer.text_model.encoder.layers.0.self_attn.q_proj|.lora_down.weight|.lora_up.weight"})
    void soAreTheTextEncoders(String spelling) throws Exception {
        assertChanges(spelling, "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.weight");
    }

    /** That a file with the layer's name, and the names of its two factors, changes that weight as kohya's does, and no other. */
    private void assertChanges(String spelling, String weight) throws Exception {
        String[] names = spelling.split("\\|");
        Path file = folder.resolve("spelt.safetensors");
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, float[]> plain = weights(List.of(), scope);
            float[] down = new float[32];
            float[] up = new float[32];
            Arrays.fill(down, 0.5f);
            Arrays.fill(up, 0.25f);
            SafeTensorsWriter.write(file, Map.of(), Map.of(names[0] + names[1], Tensors.of(scope.manager(), down, 1, 32), names[0] + names[2],
                    Tensors.of(scope.manager(), up, 32, 1)));
            List<String> notes = new ArrayList<>();
            Map<String, float[]> changed = weights(List.of(new Adapters.Lora(file, 1)), scope, notes);
            assertEquals(List.of(), notes);
            plain.forEach((name, values) -> {
                float[] wanted = values.clone();
                for (int i = 0; name.equals(weight) && i < wanted.length; i++) {
                    wanted[i] += 0.125f;
                }
                assertArrayEquals(wanted, changed.get(name), 1e-6f, name);
            });
        }
    }

    @Test
    void layersThatTheModelLacksAreLeftOutWithANote() throws Exception {
        Path file = folder.resolve("other.safetensors");
        String known = "lora_unet_conv_out";
        try (Scope scope = Scope.open(Placement.CPU)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("lora_unet_nowhere_1.lora_down.weight", Tensors.zeros(scope.manager(), 2, 64));
            tensors.put("lora_unet_nowhere_1.lora_up.weight", Tensors.zeros(scope.manager(), 3, 2));
            SafeTensorsWriter.write(file, Map.of(), tensors);
            List<String> notes = new ArrayList<>();
            weights(List.of(new Adapters.Lora(file, 1)), scope, notes);
            assertTrue(notes.getFirst().contains("fits no layer of this model and changes nothing") && notes.getFirst().contains("lora_unet_nowhere_1"),
                    notes.getFirst());
            tensors.put(known + ".diff_b", Tensors.zeros(scope.manager(), 4));
            SafeTensorsWriter.write(file, Map.of(), tensors);
            notes.clear();
            weights(List.of(new Adapters.Lora(file, 1)), scope, notes);
            assertTrue(notes.getFirst().contains("1 layers that this model does not have, which are left out: lora_unet_nowhere_1"), notes.getFirst());
        }
    }

    @ParameterizedTest
    @CsvSource({".oft_diag, OFT or BOFT of PEFT", ".oft_R.weight, OFT or BOFT of PEFT", ".boft_R, OFT or BOFT of PEFT", ".set_weight, whole weights",
            ".vera_lambda_b, VeRA"})
    void whatIsOfAKindThatIsNotKnownIsNamed(String ending, String kind) throws Exception {
        String said = refused(Map.of("lora_unet_mid_block_resnets_0_time_emb_proj" + ending, new long[] {2, 2}));
        assertTrue(said.contains("holds changes of the kind") && said.contains(kind) && said.contains("which is not known here"), said);
    }

    @Test
    void whatDoesNotFitIsSaidInASentence() throws Exception {
        String layer = "lora_unet_mid_block_resnets_0_time_emb_proj";
        assertTrue(refused(Map.of(layer + ".lora_down.weight", new long[] {2, 64}, layer + ".lora_up.weight", new long[] {3, 2}))
                .contains("unet.mid_block.resnets.0.time_emb_proj does not have that layer's shape"));
        for (Map<String, long[]> misfit : List.of(Map.of(layer + ".oft_blocks", new long[] {3, 7, 7}), Map.of(layer + ".oft_blocks", new long[] {2, 3}),
                Map.of(layer + ".ia3_l", new long[] {7, 1}), Map.of(layer + ".weight", new long[] {7}, layer + ".on_input", new long[] {1}),
                Map.of(layer + ".a1.weight", new long[] {7, 2}, layer + ".a2.weight", new long[] {2, 7}, layer + ".b1.weight", new long[] {7, 2},
                        layer + ".b2.weight", new long[] {2, 7}))) {
            assertTrue(refused(misfit).contains("unet.mid_block.resnets.0.time_emb_proj does not have that layer's shape"), misfit.toString());
        }
        assertTrue(refused(Map.of(layer + ".a1.weight", new long[] {2, 2})).contains("is incomplete"));
        assertTrue(refused(Map.of("unet.mid_block.resnets.0.conv1.ia3_l", new long[] {1, 48, 1, 1})).contains("the inputs or the outputs of the convolution"));
        assertTrue(refused(Map.of(layer + ".lora_down.weight", new long[] {2, 64})).contains("is incomplete"));
        assertTrue(refused(Map.of(layer + ".lora_down.weight", new long[] {2, 64}, layer + ".strange", new long[] {2})).contains(layer + ".strange"));
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
        return weights(loras, scope, new ArrayList<>());
    }

    private static Map<String, float[]> weights(List<Adapters.Lora> loras, Scope scope, List<String> notes) throws Exception {
        Path base = ReferenceSet.base();
        List<Module> parts = List.of(new UNet("unet", UNetConfig.read(config(base, "unet"))),
                new TextEncoder("text_encoder", TextConfig.read(config(base, "text_encoder"), false)),
                new TextEncoder("text_encoder_2", TextConfig.read(config(base, "text_encoder_2"), true)));
        Map<String, float[]> weights = new LinkedHashMap<>();
        try (Loras changes = Loras.open(loras, new LoraNames(parts)); Scope step = scope.child()) {
            notes.addAll(changes.notes());
            for (Module part : parts) {
                try (Checkpoint checkpoint = Checkpoint.open(base.resolve(part.path()))) {
                    checkpoint.match(part, part instanceof UNet ? Spelling.OWN : Spellings.TEXT_ENCODER).fill(step, changes);
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

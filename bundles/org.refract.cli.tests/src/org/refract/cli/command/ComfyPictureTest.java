package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;

/** Graphs of ComfyUI, followed back from where the picture was saved. */
class ComfyPictureTest {
    private static final Path FILE = Path.of("ComfyUI_00001_.png");

    /** Text to image as ComfyUI's first example does it. */
    private static final String PLAIN = """
            {"3": {"class_type": "KSampler", "inputs": {"seed": 77, "steps": 20, "cfg": 8.0, "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1.0,
               "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
             "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl.safetensors"}},
             "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 1344, "height": 768, "batch_size": 1}},
             "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a glass bottle", "clip": ["4", 1]}},
             "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
             "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
             "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "ComfyUI"}}}""";

    private static String value(PastPicture picture, String name) {
        return String.join("|", picture.values().all(name));
    }

    /** The plain graph with some nodes put in or in place of others, before or after the rest. */
    private static PastPicture with(boolean before, String nodes) throws RefractException {
        JsonObject plain = JsonParser.parseString(PLAIN).getAsJsonObject();
        JsonObject changed = JsonParser.parseString(nodes).getAsJsonObject();
        JsonObject all = new JsonObject();
        for (JsonObject one : before ? List.of(changed, plain) : List.of(plain, changed)) {
            one.entrySet().stream().filter(e -> !all.has(e.getKey())).forEach(e -> all.add(e.getKey(), changed.has(e.getKey()) ? changed.get(e.getKey()) : e.getValue()));
        }
        return ComfyPicture.read(FILE, all.toString());
    }

    private static PastPicture with(String nodes) throws RefractException {
        return with(false, nodes);
    }

    private static String sampler(String inputs) {
        return "\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 77, \"steps\": 20, \"cfg\": 8.0, \"sampler_name\": \"euler\", \"scheduler\": \"normal\", "
                + "\"denoise\": 1.0, \"model\": [\"4\", 0], \"positive\": [\"6\", 0], \"negative\": [\"7\", 0], \"latent_image\": [\"5\", 0], " + inputs + "}}";
    }

    private static String node(String id, String type, String inputs) {
        return "\"%s\": {\"class_type\": \"%s\", \"inputs\": {%s}}".formatted(id, type, inputs);
    }

    private static String text(String id, String inputs) {
        return node(id, "CLIPTextEncode", "\"clip\": [\"4\", 1], " + inputs);
    }

    @Test
    void aPlainGraphIsRestoredWhole() throws RefractException {
        PastPicture picture = with("{}");
        assertEquals(Map.of("prompt", List.of("a glass bottle"), "negative", List.of("watermark"), "seed", List.of("77"), "steps", List.of("20"), "guidance", List.of("8.0"),
                "scheduler", List.of("dpmpp_2m_karras"), "size", List.of("1344x768")), picture.values().values());
        assertEquals(Optional.of("sdxl.safetensors"), picture.model());
        assertEquals(List.of(), picture.lost());
    }

    @Test
    void whatLeadsToNoPictureSaysNothingOfIt() throws RefractException {
        PastPicture picture = with(true, "{" + node("1", "LoraLoader", "\"lora_name\": \"x\", \"model\": [\"4\", 0]") + ", "
                + node("2", "KSampler", "\"seed\": 5, \"steps\": 2, \"positive\": [\"7\", 0], \"latent_image\": [\"5\", 0]") + "}");
        assertEquals("77", value(picture, "seed"));
        assertEquals(List.of(), picture.lost());
    }

    @Test
    void bareNansOfAGraphSayNothingOfThePicture() throws RefractException {
        PastPicture picture = ComfyPicture.read(FILE, PLAIN.replace("\"filename_prefix\"", "\"is_changed\": [NaN, -Infinity], \"filename_prefix\""));
        assertEquals("a glass bottle", value(picture, "prompt"));
        assertTrue(ComfyPicture.read(FILE, PLAIN.replace("\"seed\": 77", "\"seed\": NaN")).unknown().containsKey("seed"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "\"10\": {\"class_type\": \"PrimitiveStringMultiline\", \"inputs\": {\"value\": \"a red heart\"}}",
        "\"10\": {\"class_type\": \"PrimitiveNode\", \"inputs\": {\"value\": \"a red heart\"}}",
        "\"10\": {\"class_type\": \"StringConstantMultiline\", \"inputs\": {\"string\": \"a red heart\", \"strip_newlines\": true}}",
        "\"10\": {\"class_type\": \"Reroute\", \"inputs\": {\"\": [\"11\", 0]}}, \"11\": {\"class_type\": \"Reroute (x)\", \"inputs\": {\"in\": [\"12\", 0]}}, "
            + "\"12\": {\"class_type\": \"CR Text\", \"inputs\": {\"text\": \"a red heart\"}}",
        "\"10\": {\"class_type\": \"StringConcatenate\", \"inputs\": {\"string_b\": \"heart\", \"string_a\": [\"11\", 0], \"delimiter\": \" \"}}, "
            + "\"11\": {\"class_type\": \"PrimitiveString\", \"inputs\": {\"value\": \"a red\"}}",
        "\"10\": {\"class_type\": \"Text Concatenate\", \"inputs\": {\"delimiter\": \" \", \"clean_whitespace\": \"true\", \"text_a\": [\"11\", 0], \"text_b\": \"red heart\"}}, "
            + "\"11\": {\"class_type\": \"PrimitiveString\", \"inputs\": {\"value\": \"a\"}}",
        "\"10\": {\"class_type\": \"JoinStringMulti\", \"inputs\": {\"inputcount\": 2, \"string_2\": \"heart\", \"string_1\": \"a red\", \"delimiter\": \" \", \"return_list\": false}}",
        "\"10\": {\"class_type\": \"StringReplace\", \"inputs\": {\"string\": \"a COLOUR heart\", \"find\": \"COLOUR\", \"replace\": \"red\"}}",
        "\"10\": {\"class_type\": \"ShowText|pysssss\", \"inputs\": {\"text\": [\"11\", 0], \"text_0\": \"shown\"}}, "
            + "\"11\": {\"class_type\": \"PrimitiveString\", \"inputs\": {\"value\": \"a red heart\"}}",
        "\"10\": {\"class_type\": \"ImpactWildcardProcessor\", \"inputs\": {\"wildcard_text\": \"a {red|blue} heart\", \"populated_text\": \"a red heart\", \"seed\": 3}}"})
    void textComesOverLinks(String nodes) throws RefractException {
        assertEquals("a red heart", value(with("{" + text("6", "\"text\": [\"10\", 0]") + ", " + nodes + "}"), "prompt"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\"10\": {\"class_type\": \"DPRandomGenerator\", \"inputs\": {\"text\": \"a heart\", \"seed\": 3}}",
        "\"10\": {\"class_type\": \"SomeText\", \"inputs\": {\"text\": \"a {red|blue} heart\"}}",
        "\"10\": {\"class_type\": \"SomeText\", \"inputs\": {\"text\": \"a __colour__ heart\"}}",
        "\"10\": {\"class_type\": \"AskALanguageModel\", \"inputs\": {\"question\": [\"11\", 0], \"temperature\": 1}}, \"11\": {\"class_type\": \"T\", \"inputs\": {\"text\": \"x\"}}",
        "\"10\": {\"class_type\": \"StringConcatenate\", \"inputs\": {\"string_a\": \"a\", \"string_b\": [\"11\", 0]}}, \"11\": {\"class_type\": \"Interrogate\", \"inputs\": {}}",
        "\"10\": {\"class_type\": \"Reroute\", \"inputs\": {\"\": [\"11\", 0]}}, \"11\": {\"class_type\": \"Reroute\", \"inputs\": {\"\": [\"10\", 0]}}",
        "\"12\": {\"class_type\": \"Unlinked\", \"inputs\": {}}"})
    void textOfANodeThatIsNotKnownIsNotGuessed(String nodes) throws RefractException {
        PastPicture picture = with("{" + text("6", "\"text\": [\"10\", 0]") + ", " + nodes + "}");
        assertFalse(picture.values().has("prompt"));
        String message = assertThrows(RefractException.class, () -> picture.essential(FILE, OptionValues.NONE)).getMessage();
        assertTrue(message.contains("prompt") && message.contains("Nothing was drawn"), message);
        assertThrows(RefractException.class, () -> picture.essential(FILE, OptionValues.NONE.with("seed", List.of("1"))));
        assertTrue(value(picture, "seed").equals("77"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"\"seed\": [\"10\", 0];\"class_type\": \"PrimitiveInt\", \"inputs\": {\"value\": 18446744073709551615};18446744073709551615",
        "\"seed\": [\"10\", 0];\"class_type\": \"Seed (rgthree)\", \"inputs\": {\"seed\": 12};12", "\"seed\": [\"10\", 0];\"class_type\": \"INTConstant\", \"inputs\": {\"value\": 12};12",
        "\"seed\": [\"10\", 0];\"class_type\": \"Seed (rgthree)\", \"inputs\": {\"seed\": -1};''", "\"seed\": [\"10\", 0];\"class_type\": \"RandomInt\", \"inputs\": {\"min\": 1, \"max\": 9};''",
        "\"seed\": 1e2;\"class_type\": \"Note\", \"inputs\": {};100", "\"seed\": 0.5;\"class_type\": \"Note\", \"inputs\": {};''"})
    void seedsComeOverLinks(String input, String node, String seed) throws RefractException {
        PastPicture picture = ComfyPicture.read(FILE, PLAIN.replace("\"seed\": 77", input).replaceFirst("\\{", "{\"10\": {" + node.replace("\\", "\\\\") + "},"));
        assertEquals(seed, value(picture, "seed"));
        assertEquals(seed.isEmpty(), picture.unknown().containsKey("seed"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofSeveralPassesTheOneThatBeginsWithNoiseIsRestoredAndTheLaterOnesAreNamed(boolean before) throws RefractException {
        String later = node("11", "KSampler", "\"seed\": 5, \"steps\": 2, \"cfg\": 7.0, \"sampler_name\": \"dpmpp_2m\", \"scheduler\": \"karras\", \"denoise\": 0.5, "
                + "\"model\": [\"4\", 0], \"positive\": [\"6\", 0], \"negative\": [\"7\", 0], \"latent_image\": [\"12\", 0]");
        PastPicture picture = with(before, "{" + later + ", " + node("12", "LatentUpscale", "\"samples\": [\"3\", 0], \"width\": 128, \"height\": 128") + ", "
                + node("8", "VAEDecode", "\"samples\": [\"11\", 0], \"vae\": [\"4\", 2]") + "}");
        assertEquals("77", value(picture, "seed"));
        assertEquals("1344x768", value(picture, "size"));
        assertEquals(List.of("a later pass (KSampler: 2 steps, dpmpp_2m, strength 0.5, seed 5)", "the node LatentUpscale"), picture.lost());
    }

    @Test
    void aSecondPassOverPixelsIsFollowedToTheFirst() throws RefractException {
        PastPicture picture = with("{" + node("20", "ImageUpscaleWithModel", "\"image\": [\"8\", 0], \"upscale_model\": [\"25\", 0]") + ", "
                + node("25", "UpscaleModelLoader", "\"model_name\": \"4x.pth\"") + ", " + node("21", "VAEEncode", "\"pixels\": [\"20\", 0], \"vae\": [\"4\", 2]") + ", "
                + node("22", "KSampler", "\"seed\": 6, \"steps\": 9, \"cfg\": 7.0, \"sampler_name\": \"euler\", \"scheduler\": \"normal\", \"denoise\": 0.3, "
                + "\"model\": [\"4\", 0], \"positive\": [\"6\", 0], \"negative\": [\"7\", 0], \"latent_image\": [\"21\", 0]") + ", "
                + node("23", "VAEDecode", "\"samples\": [\"22\", 0], \"vae\": [\"4\", 2]") + ", " + node("9", "SaveImage", "\"images\": [\"23\", 0]") + "}");
        assertEquals("77", value(picture, "seed"));
        assertEquals(List.of("a later pass (KSampler: 9 steps, euler, strength 0.3, seed 6)", "the node ImageUpscaleWithModel"), picture.lost());
    }

    @Test
    void baseAndRefinerAreTheBaseWithAHandoff() throws RefractException {
        String common = "\"steps\": 25, \"cfg\": 8.0, \"sampler_name\": \"euler\", \"scheduler\": \"normal\", \"negative\": [\"7\", 0], ";
        PastPicture picture = with(true, "{" + node("30", "KSamplerAdvanced", common + "\"add_noise\": \"disable\", \"noise_seed\": 0, \"start_at_step\": 20, \"end_at_step\": 10000, "
                + "\"return_with_leftover_noise\": \"disable\", \"model\": [\"31\", 0], \"positive\": [\"6\", 0], \"latent_image\": [\"3\", 0]") + ", "
                + node("31", "CheckpointLoaderSimple", "\"ckpt_name\": \"refiner.safetensors\"") + ", " + node("8", "VAEDecode", "\"samples\": [\"30\", 0], \"vae\": [\"4\", 2]") + ", "
                + node("3", "KSamplerAdvanced", common + "\"add_noise\": \"enable\", \"noise_seed\": 721897303308196, \"start_at_step\": 0, \"end_at_step\": 20, "
                + "\"return_with_leftover_noise\": \"enable\", \"model\": [\"4\", 0], \"positive\": [\"6\", 0], \"latent_image\": [\"5\", 0]") + "}");
        assertEquals("721897303308196", value(picture, "seed"));
        assertEquals("25", value(picture, "steps"));
        assertEquals(Optional.of("sdxl.safetensors"), picture.model());
        assertEquals(List.of("the refiner refiner.safetensors, which goes on from step 20 of 25 (--refiner FILE --handoff 0.8)"), picture.lost());
        assertEquals(List.of(), picture.lostWithout(OptionValues.NONE.with("refiner", List.of("r"))));
    }

    @Test
    void customSamplersHaveTheirSettingsInOtherNodes() throws RefractException {
        PastPicture picture = with("{" + node("3", "SamplerCustomAdvanced", "\"noise\": [\"40\", 0], \"guider\": [\"41\", 0], \"sampler\": [\"42\", 0], \"sigmas\": [\"43\", 0], "
                + "\"latent_image\": [\"5\", 0]") + ", " + node("40", "RandomNoise", "\"noise_seed\": 9223372036854775808") + ", "
                + node("41", "CFGGuider", "\"cfg\": 3.5, \"model\": [\"4\", 0], \"positive\": [\"6\", 0], \"negative\": [\"7\", 0]") + ", "
                + node("42", "KSamplerSelect", "\"sampler_name\": \"euler_ancestral\"") + ", "
                + node("43", "BasicScheduler", "\"scheduler\": \"sgm_uniform\", \"steps\": 7, \"denoise\": 1.0, \"model\": [\"4\", 0]") + "}");
        assertEquals("9223372036854775808", value(picture, "seed"));
        assertEquals("7", value(picture, "steps"));
        assertEquals("3.5", value(picture, "guidance"));
        assertEquals("euler_ancestral,timestep_spacing=trailing", value(picture, "scheduler"));
        assertEquals("watermark", value(picture, "negative"));
        assertEquals(Optional.of("sdxl.safetensors"), picture.model());
        assertEquals(List.of(), picture.lost());
    }

    @Test
    void encodersOfSdxlHaveTwoTextsAndSizes() throws RefractException {
        String sizes = "\"width\": 2048, \"height\": 1024, \"crop_w\": 8, \"crop_h\": 0, \"target_width\": 1344, \"target_height\": 768";
        PastPicture picture = with("{" + node("6", "CLIPTextEncodeSDXL", "\"text_g\": \"big\", \"text_l\": [\"10\", 0], \"clip\": [\"4\", 1], " + sizes) + ", "
                + node("10", "PrimitiveString", "\"value\": \"little\"") + "}");
        assertEquals("little", value(picture, "prompt"));
        assertEquals("big", value(picture, "prompt2"));
        assertEquals("2048x1024", value(picture, "original-size"));
        assertEquals("8,0", value(picture, "crop"));
        assertEquals("1344x768", value(picture, "target-size"));
    }

    @Test
    void conditioningIsJoinedAndChangedOnItsWay() throws RefractException {
        PastPicture joined = with("{" + sampler("\"positive\": [\"50\", 0]").replace("\"positive\": [\"6\", 0], ", "") + ", " + node("50", "ConditioningConcat",
                "\"conditioning_to\": [\"6\", 0], \"conditioning_from\": [\"51\", 0]") + ", " + text("51", "\"text\": \"on a table\"") + "}");
        assertEquals("a glass bottle BREAK on a table", value(joined, "prompt"));
        assertEquals("a1111", value(joined, "weighting"));
        PastPicture combined = with("{" + sampler("\"positive\": [\"50\", 0]").replace("\"positive\": [\"6\", 0], ", "") + ", " + node("50", "ConditioningCombine",
                "\"conditioning_1\": [\"6\", 0], \"conditioning_2\": [\"51\", 0]") + ", " + text("51", "\"text\": \"a table\"") + "}");
        assertEquals("a glass bottle, a table", value(combined, "prompt"));
        assertEquals(List.of("the node ConditioningCombine, whose texts are read as one"), combined.lost());
        PastPicture controlled = with("{" + sampler("\"positive\": [\"50\", 0], \"negative\": [\"50\", 1]").replace("\"positive\": [\"6\", 0], \"negative\": [\"7\", 0], ", "") + ", "
                + node("50", "ControlNetApplyAdvanced", "\"positive\": [\"6\", 0], \"negative\": [\"7\", 0], \"strength\": 1") + "}");
        assertEquals("a glass bottle", value(controlled, "prompt"));
        assertEquals("watermark", value(controlled, "negative"));
        assertEquals(List.of("the node ControlNetApplyAdvanced"), controlled.lost());
        PastPicture zeroed = with("{" + sampler("\"negative\": [\"50\", 0]").replace("\"negative\": [\"7\", 0], ", "") + ", "
                + node("50", "ConditioningZeroOut", "\"conditioning\": [\"6\", 0]") + "}");
        assertFalse(zeroed.values().has("negative"));
        assertEquals(List.of(), zeroed.lost());
    }

    @Test
    void loraChainsLayersAndVaesAreNamed() throws RefractException {
        PastPicture picture = with("{" + sampler("\"model\": [\"61\", 0]").replace("\"model\": [\"4\", 0], ", "") + ", "
                + node("60", "LoraLoader", "\"lora_name\": \"style.safetensors\", \"strength_model\": 0.8, \"strength_clip\": 1, \"model\": [\"4\", 0], \"clip\": [\"4\", 1]") + ", "
                + node("61", "LoraLoaderModelOnly", "\"lora_name\": \"detail.safetensors\", \"strength_model\": -0.5, \"model\": [\"62\", 0]") + ", "
                + node("62", "ModelSamplingDiscrete", "\"sampling\": \"lcm\", \"zsnr\": false, \"model\": [\"60\", 0]") + ", "
                + node("6", "CLIPTextEncode", "\"text\": \"a glass bottle\", \"clip\": [\"63\", 0]") + ", "
                + node("63", "CLIPSetLastLayer", "\"stop_at_clip_layer\": -3, \"clip\": [\"60\", 1]") + ", "
                + node("8", "VAEDecode", "\"samples\": [\"3\", 0], \"vae\": [\"64\", 0]") + ", " + node("64", "VAELoader", "\"vae_name\": \"fix.safetensors\"") + "}");
        assertEquals("1", value(picture, "clip-skip"));
        assertEquals(Optional.of("sdxl.safetensors"), picture.model());
        assertEquals(List.of("the LoRA style.safetensors of strength 0.8 (--lora FILE)", "the LoRA detail.safetensors of strength -0.5 (--lora FILE)",
                "the node ModelSamplingDiscrete", "the VAE fix.safetensors (--vae FILE)"), picture.lost());
    }

    @Test
    void aPictureOfABatchSaysThatOnlyTheFirstIsDrawn() throws RefractException {
        PastPicture some = with("{" + node("5", "EmptyLatentImage", "\"width\": 64, \"height\": 64, \"batch_size\": 4") + "}");
        assertTrue(some.lost().getFirst().contains("batch of 4"));
        String picked = node("70", "LatentFromBatch", "\"samples\": [\"3\", 0], \"batch_index\": %d, \"length\": 1") + ", " + node("8", "VAEDecode", "\"samples\": [\"70\", 0]") + "}";
        String batch = "{" + node("5", "EmptyLatentImage", "\"width\": 64, \"height\": 64, \"batch_size\": 4") + ", ";
        assertTrue(with(batch + picked.formatted(2)).lost().getFirst().contains("picture 2 of a batch"));
        assertEquals(List.of(), with(batch + picked.formatted(0)).lost());
    }

    @Test
    void aPictureToBeginWithIsAskedFor() throws RefractException {
        PastPicture picture = with("{" + sampler("\"latent_image\": [\"81\", 0], \"denoise\": 0.5").replace("\"latent_image\": [\"5\", 0], ", "").replace("\"denoise\": 1.0, ", "") + ", "
                + node("80", "LoadImage", "\"image\": \"/home/somebody/cat.png\"") + ", " + node("81", "VAEEncode", "\"pixels\": [\"80\", 0], \"vae\": [\"4\", 2]") + "}");
        assertEquals(List.of("the picture it began with (--image FILE --image-strength 0.5)"), picture.lost());
        assertEquals("40", value(picture, "steps"));
        assertFalse(picture.values().has("image"));
    }

    @Test
    void ofSeveralPicturesTheNameTellsWhichItIsElseNothingIsDrawn() throws RefractException {
        String second = ", " + node("93", "KSampler", "\"seed\": 5, \"steps\": 20, \"cfg\": 8.0, \"sampler_name\": \"euler\", \"scheduler\": \"normal\", \"positive\": [\"6\", 0], "
                + "\"negative\": [\"7\", 0], \"latent_image\": [\"5\", 0]") + ", " + node("98", "VAEDecode", "\"samples\": [\"93\", 0]") + ", "
                + node("99", "SaveImage", "\"images\": [\"98\", 0], \"filename_prefix\": \"other/second\"") + "}";
        String graph = PLAIN.substring(0, PLAIN.length() - 1) + second;
        assertEquals("77", value(ComfyPicture.read(FILE, graph), "seed"));
        assertEquals("5", value(ComfyPicture.read(Path.of("second_00003_.png"), graph), "seed"));
        PastPicture either = ComfyPicture.read(Path.of("renamed.png"), graph);
        assertTrue(assertThrows(RefractException.class, () -> either.essential(FILE, OptionValues.NONE)).getMessage().contains("draws 2 pictures"));
        assertEquals("5", value(ComfyPicture.read(Path.of("ComfyUI_temp_abc_00001_.png"),
                graph.replace("\"SaveImage\", \"inputs\": {\"images\": [\"98\"", "\"PreviewImage\", \"inputs\": {\"images\": [\"98\"")), "seed"));
    }

    @Test
    void emphasisIsReadAndBracketsMeanNothing() throws RefractException {
        PastPicture picture = with("{" + text("6", "\"text\": \"a (glass:1.2) [bottle], embedding:good.pt\"") + "}");
        assertEquals("a (glass:1.2) \\[bottle\\], good", value(picture, "prompt"));
        assertEquals("a1111", value(picture, "weighting"));
        assertEquals(List.of("the embedding good.pt (--embedding FILE)"), picture.lost());
        assertEquals("a [bottle]", value(with("{" + text("6", "\"text\": \"a [bottle]\"") + "}"), "prompt"));
    }

    @Test
    void aSamplerOfAnotherAuthorIsReadAsItsKindAndSaysSo() throws RefractException {
        PastPicture picture = ComfyPicture.read(FILE, PLAIN.replace("\"KSampler\"", "\"KSampler (Efficient)\""));
        assertEquals("77", value(picture, "seed"));
        assertEquals(List.of("the node KSampler (Efficient) (it is read as KSampler)"), picture.lost());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"1\": {\"class_type\": \"SaveImage\"}}", "{}", "{\"1\": 2}", "[]", "{\"1\": {\"class_type\": \"SaveImage\", \"inputs\": {\"images\": [\"1\", 0]}}}"})
    void aGraphWithoutASamplerIsASentence(String graph) {
        assertTrue(assertThrows(RefractException.class, () -> ComfyPicture.read(FILE, graph)).getMessage().endsWith("."));
    }
}

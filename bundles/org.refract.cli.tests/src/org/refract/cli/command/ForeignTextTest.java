package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.pictures.PictureText;

/** What further tools write into pictures. */
class ForeignTextTest {
    private static final Path FILE = Path.of("x.png");

    private static PastPicture read(String parameters, Map<String, String> further) throws RefractException {
        return ForeignText.read(FILE, new PictureText(Optional.of(parameters).filter(p -> !p.isEmpty()), Optional.empty(), Optional.empty(), further)).orElseThrow();
    }

    /** Prompt, negative prompt, seed, steps, guidance and size in one line. */
    private static String inShort(PastPicture picture) {
        return String.join("|", List.of("prompt", "negative", "seed", "steps", "guidance", "size").stream().map(name -> picture.values().first(name).orElse("-")).toList());
    }

    private static void isTheHeart(PastPicture picture, String tool) {
        assertEquals("a red heart|blurry|77|3|4.0|64x96", inShort(picture));
        assertTrue(picture.notes().getFirst().contains(tool), picture.notes().toString());
    }

    @Test
    void fooocusWritesItsOwnJson() throws RefractException {
        PastPicture picture = read("""
                {"adm_guidance": "(1.5, 0.8, 0.3)", "base_model": "juggernautXL", "base_model_hash": "aeb7e9e689", "clip_skip": 2, "created_by": "",
                 "full_negative_prompt": ["blurry, bad"], "full_prompt": ["a red heart, cinematic"], "guidance_scale": 4.0, "loras": [["offset_0.1.safetensors", 0.1, "4852686128"]],
                 "metadata_scheme": "fooocus", "negative_prompt": "blurry", "performance": "Speed", "prompt": "a red heart", "prompt_expansion": "a red heart, intricate",
                 "refiner_model": "None", "refiner_switch": 0.5, "resolution": "(64, 96)", "sampler": "dpmpp_2m_sde_gpu", "scheduler": "karras", "seed": "77", "sharpness": 2.0,
                 "steps": 3, "styles": "['Fooocus V2']", "vae": "Default (model)", "version": "Fooocus v2.5.0"}""", Map.of("fooocus_scheme", "fooocus"));
        isTheHeart(picture, "Fooocus");
        assertEquals(Optional.of("dpmpp_2m_sde_gpu_karras"), picture.values().first("scheduler"));
        assertEquals(Optional.of("juggernautXL"), picture.model());
        assertEquals("the LoRA offset_0.1.safetensors of strength 0.1 (--lora FILE)", picture.lost().getFirst());
        assertTrue(picture.lost().contains("styles: ['Fooocus V2']") && picture.lost().contains("sharpness: 2.0"), picture.lost().toString());
    }

    @Test
    void fooocusWritesTheFormOfTheWebUisToo() throws RefractException {
        isTheHeart(read("a red heart\nNegative prompt: blurry\nSteps: 3, Sampler: DPM++ 2M SDE Karras, Seed: 77, Size: 64x96, CFG scale: 4.0, Sharpness: 2.0, "
                + "ADM Guidance: \"(1.5, 0.8, 0.3)\", Base model: juggernautXL, Performance: Speed, Version: Fooocus v2.5.0", Map.of("fooocus_scheme", "a1111")), "Fooocus");
    }

    @Test
    void swarmUiWritesJsonUnderItsName() throws RefractException {
        PastPicture picture = read("""
                {"sui_image_params": {"prompt": "a red heart", "negativeprompt": "blurry", "model": "OfficialStableDiffusion/sd_xl_base_1.0", "seed": 77, "steps": 3,
                 "cfgscale": 4.0, "aspectratio": "Custom", "width": 64, "height": 96, "sampler": "euler", "scheduler": "normal", "loras": ["style"], "loraweights": ["0.5"],
                 "swarm_version": "0.9.5"}, "sui_extra_data": {"date": "2025-01-01"}}""", Map.of());
        isTheHeart(picture, "SwarmUI");
        assertEquals(Optional.of("euler,timestep_spacing=linspace"), picture.values().first("scheduler"));
        assertEquals(List.of("the LoRA style of strength 0.5 (--lora FILE)"), picture.lost());
    }

    @Test
    void invokeAiWritesMetadataOfThreeKinds() throws RefractException {
        PastPicture now = read("", Map.of("invokeai_metadata", """
                {"generation_mode": "sdxl_txt2img", "positive_prompt": "a red heart", "negative_prompt": "blurry", "positive_style_prompt": "oil", "width": 64, "height": 96,
                 "seed": 77, "rand_device": "cpu", "cfg_scale": 4.0, "cfg_rescale_multiplier": 0.0, "steps": 3, "scheduler": "dpmpp_2m_k",
                 "model": {"key": "4", "hash": "b", "name": "sdxl", "base": "sdxl", "type": "main"}, "loras": [{"model": {"name": "style"}, "weight": 0.75}], "app_version": "5.0"}"""));
        isTheHeart(now, "InvokeAI");
        assertEquals(Optional.of("oil"), now.values().first("prompt2"));
        assertEquals(Optional.of("dpmpp_2m_karras"), now.values().first("scheduler"));
        assertEquals(Optional.of("sdxl"), now.model());
        assertEquals(List.of("the LoRA style of strength 0.75 (--lora FILE)"), now.lost());
        isTheHeart(read("", Map.of("sd-metadata", """
                {"model": "stable diffusion", "app_id": "invoke-ai/InvokeAI", "image": {"prompt": [{"prompt": "a red heart", "weight": 1}], "negative_prompt": "blurry", "steps": 3,
                 "cfg_scale": 4.0, "width": 64, "height": 96, "seed": 77, "sampler": "k_euler_a"}}""")), "InvokeAI");
        isTheHeart(read("", Map.of("Dream", "\"a red heart [blurry]\" -s 3 -S 77 -W 64 -H 96 -C 4.0 -A k_lms")), "InvokeAI");
    }

    @Test
    void novelAiWritesAComment() throws RefractException {
        PastPicture picture = read("", Map.of("Software", "NovelAI", "Description", "a red heart", "Comment", "{\"prompt\": \"a red heart\", \"steps\": 3, \"height\": 96, \"width\": 64, "
                + "\"scale\": 4.0, \"seed\": 77, \"n_samples\": 1, \"noise_schedule\": \"karras\", \"sampler\": \"k_euler_ancestral\", \"uc\": \"blurry\", \"sm\": false}"));
        isTheHeart(picture, "NovelAI");
        assertEquals(Optional.of("euler_ancestral_karras"), picture.values().first("scheduler"));
        assertEquals(List.of(), picture.lost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "{\"prompt\": \"a red heart\", \"negative_prompt\": \"blurry\", \"seed\": 77, \"num_inference_steps\": 3, \"guidance_scale\": 4.0, \"width\": 64, \"height\": 96, "
            + "\"sampler_name\": \"euler_a\", \"use_stable_diffusion_model\": \"sdxl\"};Easy Diffusion",
        "{\"Prompt\": \"a red heart\", \"Negative\": \"blurry\", \"steps\": 3, \"cfg\": 4.0, \"width\": 64, \"height\": 96, \"seed\": 77, \"sampler_name\": \"euler\", "
            + "\"scheduler\": \"karras\", \"software\": \"RuinedFooocus\"};RuinedFooocus",
        "{\"prompt\": \"a red heart\", \"negativePrompt\": \"blurry\", \"cfgScale\": 4.0, \"steps\": 3, \"seed\": 77, \"size\": \"64x96\", \"sampler\": \"Euler a\"};another tool"})
    void jsonInTheParametersIsReadWhoeverWroteIt(String json, String tool) throws RefractException {
        isTheHeart(read(json, Map.of()), tool);
    }

    @Test
    void easyDiffusionWritesAChunkForEachValue() throws RefractException {
        isTheHeart(ForeignText.read(FILE, new PictureText(Optional.empty(), Optional.empty(), Optional.of("a red heart"), Map.of("negative_prompt", "blurry", "seed", "77",
                "num_inference_steps", "3", "guidance_scale", "4.0", "width", "64", "height", "96", "sampler_name", "euler_a"))).orElseThrow(), "Easy Diffusion");
    }

    @Test
    void drawThingsWritesACommentOfAdobesXml() throws RefractException {
        isTheHeart(read("", Map.of("XML:com.adobe.xmp", "<x:xmpmeta><exif:UserComment><rdf:Alt><rdf:li xml:lang=\"x-default\">{&quot;c&quot;:&quot;a red heart&quot;,&quot;uc&quot;:&quot;blurry&quot;,"
                + "&quot;seed&quot;:77,&quot;steps&quot;:3,&quot;scale&quot;:4.0,&quot;size&quot;:&quot;64x96&quot;,"
                + "&quot;sampler&quot;:&quot;DPM++ 2M Karras&quot;}</rdf:li></rdf:Alt></exif:UserComment>")),
                "Draw Things");
    }

    @Test
    void aGraphInTheParametersIsAGraph() throws RefractException {
        PastPicture picture = read("{\"3\": {\"class_type\": \"KSampler\", \"inputs\": {\"seed\": 7, \"steps\": 3, \"positive\": [\"6\", 0], \"latent_image\": [\"5\", 0]}}, "
                + "\"5\": {\"class_type\": \"EmptyLatentImage\", \"inputs\": {\"width\": 64, \"height\": 96}}, "
                + "\"6\": {\"class_type\": \"smZ CLIPTextEncode\", \"inputs\": {\"text\": \"a red heart\"}}, \"extra\": {\"airs\": []}, \"extraMetadata\": \"{}\"}", Map.of());
        assertEquals("a red heart|-|7|3|-|64x96", inShort(picture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{masterpiece}, a girl\nSteps: 3, Sampler: Euler, Seed: 77", "{\"prompt\": \"a\", \"prompt\": \"b\"}", "{\"seed\": -1, \"prompt\": \"a\"}", "{\"seed\": null}", "{}"})
    void bracesOfAPromptAndHalfOfASchemeAreNoReasonToGuess(String parameters) throws RefractException {
        PastPicture picture = read(parameters, Map.of());
        if (parameters.contains("77")) {
            assertEquals("{masterpiece}, a girl", picture.values().first("prompt").orElseThrow());
        } else {
            assertFalse(picture.values().has("seed"));
            assertThrows(RefractException.class, () -> picture.essential(FILE, OptionValues.NONE));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"workflow;{\"nodes\": []};workflow", "Description;a cat --ar 1:1 Job ID: 1;Midjourney", "Software;NovelAI;NovelAI"})
    void whatOnlyTellsWhoDrewItIsNamed(String keyword, String text, String named) throws RefractException {
        PastPicture picture = read("", Map.of(keyword, text));
        assertTrue(assertThrows(RefractException.class, () -> picture.essential(FILE, OptionValues.NONE)).getMessage().contains(named));
    }

    @Test
    void textsOfAnyOtherKindSayNothing() throws RefractException {
        assertEquals(Optional.empty(), ForeignText.read(FILE, new PictureText(Optional.empty(), Optional.empty(), Optional.empty(),
                Map.of("Software", "GIMP", "Comment", "{\"a\": 1}", "Make", "Canon"))));
    }
}

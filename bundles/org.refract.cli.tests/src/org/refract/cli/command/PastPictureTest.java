package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;

class PastPictureTest {

    private static String value(PastPicture picture, String name) {
        return picture.values().first(name).orElse("");
    }

    @Test
    void parametersOfTheWebUiAreRestored() {
        PastPicture picture = WebUiParameters.read("""
                girl with a beret, (detailed:1.2)
                by the sea
                Negative prompt: ugly, (((deformed))),
                [blurry]
                Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 965400086, Size: 832x1216, Model hash: 31e35c80fc, \
                Model: sd_xl_base_1.0, Clip skip: 2, RNG: CPU, Version: v1.9.4""");
        assertEquals("girl with a beret, (detailed:1.2)\nby the sea", value(picture, "prompt"));
        assertEquals("ugly, (((deformed))),\n[blurry]", value(picture, "negative"));
        assertEquals("20", value(picture, "steps"));
        assertEquals("DPM++ 2M Karras", value(picture, "scheduler"));
        assertEquals("7.5", value(picture, "guidance"));
        assertEquals("965400086", value(picture, "seed"));
        assertEquals("832x1216", value(picture, "size"));
        assertEquals("a1111", value(picture, "weighting"));
        assertFalse(picture.values().has("clip-skip"));
        assertEquals(Optional.of("sd_xl_base_1.0"), picture.model());
        assertEquals(List.of(), picture.lost());
        assertEquals(List.of(), picture.notes());
    }

    @Test
    void whatCannotBeRestoredIsNamed() {
        PastPicture picture = WebUiParameters.read("a cat <lora:style:0.8>, big <lora:add_detail>\nSteps: 30, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, "
                + "Denoising strength: 0.4, Clip skip: 3, Hires upscale: 2, Hires upscaler: Latent, Lora hashes: \"style: ab, add_detail: cd\", Emphasis: None");
        assertEquals("a cat, big", value(picture, "prompt"));
        assertEquals("1", value(picture, "clip-skip"));
        assertFalse(picture.values().has("weighting"));
        assertEquals(List.of("the LoRA style of strength 0.8 (--lora FILE)", "the LoRA add_detail (--lora FILE)",
                "the picture it began with, or its second pass (--image FILE --image-strength 0.4)", "Hires upscale: 2", "Hires upscaler: Latent"), picture.lost());
        assertTrue(picture.notes().getFirst().contains("GPU"));
    }

    @Test
    void howAMaskWasUsedIsRestoredAndItsFileAskedFor() {
        PastPicture picture = WebUiParameters.read("a cat\nSteps: 30, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, RNG: CPU, Denoising strength: 0.75, "
                + "Mask blur: 4, Inpaint area: Only masked, Masked area padding: 32");
        assertEquals("0.75", value(picture, "image-strength"));
        assertEquals("4", value(picture, "mask-blur"));
        assertEquals("32", value(picture, "mask-padding"));
        assertEquals(List.of("the picture it began with, or its second pass (--image FILE --image-strength 0.75)",
                "its mask (--mask FILE --mask-blur 4 --mask-padding 32)"), picture.lost());
        OptionValues named = OptionValues.NONE.with("image", List.of("photo.png"));
        assertEquals(picture.lost().subList(1, 2), picture.lostWithout(named));
        assertEquals(List.of(), picture.lostWithout(named.with("mask", List.of("mask.png"))));
    }

    @Test
    void valuesInQuotationMarksHoldCommasAndColons() {
        PastPicture picture = WebUiParameters.read("a\nSteps: 3, Sampler: Euler, CFG scale: 1, Seed: 2, RNG: CPU, Wildcard prompt: \"x, y: \\\"z\\\"\", Model: m");
        assertEquals(List.of("Wildcard prompt: x, y: \"z\""), picture.lost());
        assertEquals(Optional.of("m"), picture.model());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Wildcard prompt: \"a __colour__ heart\nsecond line\", Version: v1.10", "Note: first, second\nthird line, Version: v1.10", "Version: v1.10\nTemplate: a {red|blue} heart\n"
        + "Negative Template: blurry", "Hashes: {\"model\": \"31, Seed: 9\", \"list\": [1, 2]}, Version: v1.10", "Civitai resources: [{\"type\": \"lora\", \"weight\": 0.8}], Version: x",
        "ControlNet 0: \"Module: canny, Seed: 9\", Version: x", "Odd: \"never closed, Version: x", "Odd: {never closed, Version: x"})
    void valuesOfExtensionsMayHoldAnything(String extension) {
        PastPicture picture = WebUiParameters.read("a red heart\nNegative prompt: blurry\nSteps: 3, Sampler: Euler, Schedule type: Uniform, CFG scale: 4, Seed: 77, Size: 64x64, RNG: CPU, "
                + extension);
        assertEquals("a red heart", value(picture, "prompt"));
        assertEquals("blurry", value(picture, "negative"));
        assertEquals("3|77|4|64x64", String.join("|", value(picture, "steps"), value(picture, "seed"), value(picture, "guidance"), value(picture, "size")));
    }

    @Test
    void aLastLineThatIsNoListOfValuesBelongsToThePrompt() {
        PastPicture picture = WebUiParameters.read("a cat, colour: red\nand a dog");
        assertEquals("a cat, colour: red\nand a dog", value(picture, "prompt"));
    }

    @Test
    void aNegativePromptWithoutGuidanceIsLeftOut() {
        assertFalse(WebUiParameters.read("a\nNegative prompt: b\nSteps: 4, Sampler: Euler, CFG scale: 1, Seed: 2").values().has("negative"));
    }

    @ParameterizedTest
    @CsvSource({"Euler a,,Euler a", "DPM++ 2M Karras,,DPM++ 2M Karras", "DPM++ 2M,Automatic,DPM++ 2M Karras", "Euler a,Automatic,Euler a",
        "DPM++ 2M SDE,Automatic,DPM++ 2M SDE Exponential", "Euler,SGM Uniform,'Euler,timestep_spacing=trailing'", "Euler,Uniform,Euler", "DPM++ 2M Karras,Karras,DPM++ 2M Karras",
        "DPM++ 2S a,Automatic,DPM++ 2S a Karras", "DPM++ 2M,Align Your Steps,DPM++ 2M Align Your Steps", "Euler a,KL Optimal,Euler a KL Optimal",
        "DEIS,Normal,'DEIS,timestep_spacing=linspace'", "DDIM,DDIM,'DDIM,timestep_spacing=leading'", "Heun,Simple,'Heun,timestep_spacing=trailing'"})
    void samplersBecomeSchedulers(String sampler, String schedule, String scheduler) {
        assertEquals(Optional.of(scheduler), WebUiSampler.scheduler(sampler, schedule));
    }

    @Test
    void aRecordOfAFutureVersionKeepsWhatIsKnown() throws RefractException {
        PastPicture picture = PictureRecord.read("x", "{\"prompt\":\"a\",\"seed\":3,\"vae_tiling\":true,\"lora\":[\"a:1\",\"b\"],\"width\":64,\"height\":32,"
                + "\"wobble\":2,\"model\":\"m\",\"fingerprint\":\"sha256:1\"}");
        assertEquals("64x32", value(picture, "size"));
        assertEquals(List.of("a:1", "b"), picture.values().all("lora"));
        assertEquals("true", value(picture, "vae-tiling"));
        assertEquals(List.of("wobble"), picture.lost());
        assertEquals(Optional.of("sha256:1"), picture.fingerprint());
    }

    @Test
    void textOfAnyKindAndLengthIsReadOrRefusedInASentence() {
        String parameters = "a <lora:b:1>\nNegative prompt: c\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 8x8, X: \"q, \\\"r\\\"\", Model: m";
        String graph = "{\"3\":{\"class_type\":\"KSampler\",\"inputs\":{\"seed\":1,\"positive\":[\"6\",0]}},\"6\":{\"class_type\":\"C\",\"inputs\":{\"text\":\"a\"}}}";
        String record = "{\"prompt\":\"a\",\"seed\":3,\"lora\":[\"a:1\"],\"width\":64,\"height\":32,\"model\":\"m\"}";
        Random random = new Random(11);
        for (int i = 0; i < 3000; i++) {
            String text = damaged(List.of(parameters, graph, record).get(i % 3), random);
            try {
                WebUiParameters.read(text);
                if (i % 3 == 1) {
                    ComfyPicture.read(Path.of("x.png"), text);
                } else {
                    PictureRecord.read("x.png", text);
                }
            } catch (RefractException sentence) {
                assertTrue(sentence.getMessage().endsWith("."), sentence.getMessage());
            }
        }
        for (String part : List.of("a", "\\\"", "a: \"", ": ", "<lora:", "Steps: 1, ", "\n", "(", "a: {", "a: [\"", "Steps: 1\n")) {
            WebUiParameters.read("Steps: 1, Seed: 2, Y: 3, X: \"" + part.repeat(50_000));
        }
    }

    private static String damaged(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0 && !changed.isEmpty(); i--) {
            int at = random.nextInt(changed.length());
            switch (random.nextInt(4)) {
                case 0 -> changed.deleteCharAt(at);
                case 1 -> changed.insert(at, "\"\\,:{}[]<>\n-1e9".charAt(random.nextInt(15)));
                case 2 -> changed.setCharAt(at, (char) random.nextInt(0x3000));
                default -> changed.setLength(at);
            }
        }
        return changed.toString();
    }
}

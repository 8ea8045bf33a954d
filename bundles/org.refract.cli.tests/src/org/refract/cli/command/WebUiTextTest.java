package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.refract.api.model.Adapters.Lora;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.cli.command.RefinerOptions.Second;
import org.refract.cli.command.StartOptions.MaskUse;
import org.refract.engine.draw.Refinement;

class WebUiTextTest {
    private static final ModelInfo MODEL = new ModelInfo("sdxl, base: 1.0", "sdxl", 1, "sha256:0123456789abcdef",
            Map.of("scheduler", "EulerDiscreteScheduler, leading, epsilon"));

    private static ImageRequest request() {
        return ImageRequest.of(20, 7, 1024, 768).withPrompt("red heart", 7).withNegativePrompts(List.of("blurred"));
    }

    @Test
    void saysWhatTheWebUiSaysInItsOrder() {
        assertEquals("red heart\nNegative prompt: blurred\nSteps: 20, Sampler: Euler, Schedule type: Uniform, CFG scale: 7, Seed: 7, Size: 768x1024, "
                + "Model hash: 0123456789, Model: sdxl base 1.0, RNG: CPU", WebUiText.of(request(), 0, MODEL));
    }

    @Test
    void saysAdaptersRefinerAndClipSkip() {
        Map<Lora, String> loras = new LinkedHashMap<>();
        loras.put(new Lora(Path.of("/x/style.safetensors"), 0.8), "0123456789ab");
        loras.put(new Lora(Path.of("b.safetensors"), -1), "ba9876543210");
        ImageRequest request = request().withOption("clip_skip", 1).withScheduler("dpmpp_2m_karras").withGuidance(0);
        assertEquals("red heart <lora:style:0.8> <lora:b:-1>\nNegative prompt: blurred\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 1, Seed: 7, "
                + "Size: 768x1024, Model hash: 0123456789, Model: sdxl base 1.0, Clip skip: 3, RNG: CPU, Refiner: refiner, Refiner switch at: 0.8, "
                + "Lora hashes: \"style: 0123456789ab, b: ba9876543210\"",
                WebUiText.of(request, 0, MODEL, loras, Optional.of(new Second(Path.of("refiner"), new Refinement.Handoff(0.8))), Optional.empty()));
    }

    @Test
    void saysHowAMaskWasUsed() {
        String text = WebUiText.of(request(), 0, MODEL, Map.of(), Optional.empty(), Optional.of(new MaskUse(4, Optional.of(32))));
        assertEquals("4", pair(text, "Mask blur"));
        assertEquals("Only masked", pair(text, "Inpaint area"));
        assertEquals("32", pair(text, "Masked area padding"));
        assertEquals("", pair(WebUiText.of(request(), 0, MODEL, Map.of(), Optional.empty(), Optional.of(new MaskUse(0, Optional.empty()))), "Mask blur"));
    }

    @Test
    void bracketsThatAreMeantAsSuchAreMarked() {
        ImageRequest brackets = request().withPrompt("a (cat)", 7);
        assertEquals("None", pair(WebUiText.of(brackets, 0, MODEL), "Emphasis"));
        assertEquals("", pair(WebUiText.of(brackets.withOption("weighting", "a1111"), 0, MODEL), "Emphasis"));
    }

    private static String pair(String text, String name) {
        return text.lines().reduce((a, b) -> b).orElseThrow().transform(l -> List.of(l.split(", "))).stream().filter(p -> p.startsWith(name + ": "))
                .map(p -> p.substring(name.length() + 2)).findFirst().orElse("");
    }

    @ParameterizedTest
    @CsvSource({"euler,Euler,Uniform", "euler_ancestral,Euler a,Uniform", "euler_karras,Euler,Karras", "dpmpp_2m_sde_exponential,DPM++ 2M SDE,Exponential",
        "turbo,Euler a,SGM Uniform", "'ddim,eta=0.5',DDIM,Uniform", "'euler,timestep_spacing=trailing',Euler,SGM Uniform", "UniPC,UniPC,Uniform",
        "DPM++ 2M Karras,DPM++ 2M,Karras", "unipc_beta,UniPC,Beta", "dpmpp_2s_ancestral_karras,DPM++ 2S a,Karras", "DPM++ 2S a,DPM++ 2S a,Uniform",
        "pndm,PLMS,Uniform", "deis_exponential,DEIS,Exponential", "'tcd,eta=0.5',TCD,Uniform", "PNDMScheduler,PLMS,Uniform",
        "dpmpp_2m_ays,DPM++ 2M,Align Your Steps", "euler_a_kl_optimal,Euler a,KL Optimal"})
    void schedulersHaveTheWebUisNames(String said, String sampler, String schedule) {
        assertEquals(new WebUiSampler(sampler, schedule), WebUiSampler.of(request().withScheduler(said), MODEL));
    }
}

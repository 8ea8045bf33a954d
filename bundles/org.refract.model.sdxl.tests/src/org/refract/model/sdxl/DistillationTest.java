package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.Adapters;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.schedulers.Scheduler;

/** Models and LoRAs that were distilled for few steps are run as their makers say, unless a person says otherwise. */
class DistillationTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"sdxl_lightning_4step_lora.safetensors, SDXL-Lightning, 4, 0, 'euler,timestep_spacing=trailing'",
            "sdxl_lightning_8step_lora.safetensors, SDXL-Lightning, 8, 0, 'euler,timestep_spacing=trailing'",
            "Hyper-SDXL-2steps-lora.safetensors, Hyper-SD, 2, 0, 'ddim,timestep_spacing=trailing'",
            "Hyper-SDXL-12steps-CFG-lora.safetensors, Hyper-SD, 12, 5, 'ddim,timestep_spacing=trailing'",
            "Hyper-SDXL-1step-lora.safetensors, Hyper-SD, 1, 0, 'tcd,eta=1'",
            "lcm-lora-sdxl.safetensors, LCM, 4, 0, lcm",
            "dmd2_sdxl_4step_lora_fp16.safetensors, DMD2, 4, 0, 'lcm,original_inference_steps=4'",
            "pcm_sdxl_smallcfg_2step_converted.safetensors, PCM, 2, 1, 'ddim,timestep_spacing=trailing'",
            "pcm_sdxl_normalcfg_8step_converted.safetensors, PCM, 8, 4.5, 'ddim,timestep_spacing=trailing'",
            "pcm_sdxl_lcmlike_lora_converted.safetensors, PCM, 4, 0, lcm",
            "TCD-SDXL-LoRA.safetensors, TCD, 4, 0, 'tcd,eta=0.3'",
            "sd_xl_turbo_lora_v1.safetensors, SDXL-Turbo, 4, 0, turbo"})
    void theLorasOfEachMethodAreKnownByTheirNames(String name, String method, int steps, double guidance, String scheduler) {
        Distillation expected = new Distillation(method, steps, guidance, scheduler);
        assertEquals(Optional.of(expected), Distillation.ofLora(name));
        assertEquals(Optional.of(expected), Distillation.ofModel(name));
    }

    @ParameterizedTest
    @CsvSource({"dreamshaperXL_lightningDPMSDE, SDXL-Lightning", "juggernautXL_XIHyper, Hyper-SD", "realcartoonXL_v6LCM, LCM", "lustifyDMD2, DMD2", "turbovisionxl, SDXL-Turbo",
            "sdxl_lightning_1step_x0, SDXL-Lightning"})
    void modelsThatWereMergedWithThemAreToo(String name, String method) {
        assertEquals(method, Distillation.ofModel(name + ".safetensors").orElseThrow().method());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd_xl_base_1.0.safetensors", "hyperrealistic.safetensors", "hyper-realism_v2.safetensors", "my-model", "film", "dmdx"})
    void othersAreNot(String name) {
        assertEquals(Optional.empty(), Distillation.ofModel(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lightning_bolts_style.safetensors", "turbo_engine.safetensors", "hyper_detail.safetensors"})
    void aLoraOfLightningIsNone(String name) {
        assertEquals(Optional.empty(), Distillation.ofLora(name));
    }

    @Test
    void aLoraSetsStepsSpacingAndGuidanceAndSaysSo() throws Exception {
        Path lora = folder.resolve("sdxl_lightning_4step_lora.safetensors");
        try (Scope scope = Scope.open(Placement.CPU)) {
            SafeTensorsWriter.write(lora, Map.of(), Map.of("lora_unet_conv_out.diff_b", Tensors.zeros(scope.manager(), 4)));
        }
        ImageRequest plain = defaults(new Adapters.Lora(lora, 0), new ArrayList<>());
        List<String> notes = new ArrayList<>();
        ImageRequest few = defaults(new Adapters.Lora(lora, 1), notes);
        assertEquals(4, few.steps());
        assertEquals(0, few.guidance());
        assertEquals(Optional.of("euler,timestep_spacing=trailing"), few.scheduler());
        assertTrue(notes.getFirst().contains("is made for few steps by its LoRA, in the way of SDXL-Lightning: 4 steps of euler,timestep_spacing=trailing, no guidance"),
                notes.getFirst());
        assertEquals(50, plain.steps());
        assertEquals(Optional.empty(), plain.scheduler());
    }

    @Test
    void dmd2sTimestepsAreThoseItWasTrainedOn() throws Exception {
        SdxlParts parts = SdxlParts.read(ReferenceSet.base());
        try (Scope scope = Scope.open(Placement.CPU)) {
            double[] timesteps = parts.scheduler().named(Distillation.ofModel("dmd2_sdxl_4step_unet").orElseThrow().scheduler().orElseThrow()).scheduler()
                    .solver(4, scope.manager()).timesteps();
            assertEquals(List.of(999.0, 749.0, 499.0, 249.0), java.util.Arrays.stream(timesteps).boxed().toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"Hyper-SDXL-1step-Unet.safetensors, 800", "dmd2_sdxl_1step_unet_fp16.bin, 399"})
    void oneStepIsTakenAtTheTimestepOfTheModelCard(String name, double timestep) throws Exception {
        Distillation way = Distillation.ofModel(name).orElseThrow();
        assertEquals(1, way.steps());
        assertEquals(0, way.guidance());
        Scheduler lcm = SdxlParts.read(ReferenceSet.base()).scheduler().named(way.scheduler().orElseThrow()).scheduler();
        try (Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new double[] {timestep}, lcm.solver(1, scope.manager()).timesteps());
            assertTrue(assertThrows(RefractException.class, () -> lcm.solver(4, scope.manager())).getMessage().contains("choose 1, or a scheduler without 'timesteps'"));
        }
    }

    @Test
    void everySchedulerOfThemCanBeAskedFor() throws Exception {
        SdxlParts parts = SdxlParts.read(ReferenceSet.base());
        for (String name : List.of("sdxl_lightning_1step_x0", "sdxl_lightning_2step", "Hyper-SDXL-1step-lora", "Hyper-SDXL-8steps", "lcm", "dmd2_4step", "dmd2_1step", "pcm_2step",
                "tcd", "turbo")) {
            Distillation way = Distillation.ofModel(name).orElseThrow();
            try (Scope scope = Scope.open(Placement.CPU)) {
                assertEquals(way.steps(), parts.scheduler().named(way.scheduler().orElseThrow()).scheduler().solver(way.steps(), scope.manager()).timesteps().length, name);
            }
        }
    }

    private static ImageRequest defaults(Adapters.Lora lora, List<String> notes) throws Exception {
        Adapters adapters = new Adapters(List.of(lora), List.of(), Optional.empty());
        try (ImageModel model = (ImageModel) new SdxlBackend().open(ReferenceSet.base(), Placement.CPU, adapters, new Notes(notes))) {
            return model.defaults();
        }
    }
}

package org.refract.model.sdxl.schedulers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.nn.ConfigFile;

class SchedulerNamesTest {

    /** The file that SDXL base ships with. */
    private static final String SDXL = """
            {"_class_name": "EulerDiscreteScheduler", "_diffusers_version": "0.19.0.dev0", "beta_end": 0.012, "beta_schedule": "scaled_linear",
             "beta_start": 0.00085, "clip_sample": false, "interpolation_type": "linear", "num_train_timesteps": 1000,
             "prediction_type": "epsilon", "sample_max_value": 1.0, "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1,
             "timestep_spacing": "leading", "trained_betas": null, "use_karras_sigmas": false}""";

    @Test
    void everyNameRunsOnTheNoiseOfTheModel() throws Exception {
        assertTrue(SchedulerConfig.names().containsAll(List.of("euler", "euler_ancestral", "heun", "dpmpp_2m", "dpmpp_2m_karras", "dpmpp_2m_sde",
                "dpmpp_2m_sde_karras", "dpmpp_sde", "dpmpp_sde_karras", "ddim", "lcm", "unipc", "lms", "dpm2", "dpm2_ancestral", "turbo",
                "turbo_sgm", "deis", "deis_karras", "ddpm", "pndm", "tcd", "dpmpp_2s_ancestral", "dpmpp_2s_ancestral_exponential")));
        for (String name : SchedulerConfig.names()) {
            SchedulerConfig config = sdxl().named(name);
            assertEquals(sdxl().betas(), config.betas(), name);
            try (Scope scope = Scope.open(Placement.CPU)) {
                Solver solver = config.scheduler().solver(4, scope.manager());
                assertEquals(solver.order() == 2 ? 7 : name.equals("pndm") ? 5 : 4, solver.timesteps().length, name);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Euler a,euler_ancestral", "DPM++ 2M Karras,dpmpp_2m_karras", "DPM++ 2M SDE Karras,dpmpp_2m_sde_karras", "DPM2 a,dpm2_ancestral",
        "DPM++ SDE Karras,dpmpp_sde_karras", "UniPC,unipc", "LMS,lms", "Heun,heun", "DPM++ 2S a,dpmpp_2s_ancestral", "PLMS,pndm", "DEIS,deis",
        "DPM++ 2S a Karras,dpmpp_2s_ancestral_karras", "DDPM,ddpm", "TCD,tcd", "SA-Solver,sa_solver", "Euler a Karras,euler_ancestral_karras",
        "DPM++ 2M KL Optimal,dpmpp_2m_kl_optimal", "DPM++ 2M SDE Align Your Steps,dpmpp_2m_sde_ays"})
    void theNamesOfTheWebUiMeanTheSame(String display, String name) throws Exception {
        assertEquals(name, SchedulerName.of(display).orElseThrow().name());
        assertEquals(sdxl().named(name).className(), sdxl().named(display.toLowerCase(Locale.ROOT)).className());
    }

    @ParameterizedTest
    @CsvSource({"euler_a,euler_ancestral", "dpm_2_ancestral,dpm2_ancestral", "uni_pc_bh2,unipc", "dpmpp_2m_sde_gpu,dpmpp_2m_sde",
        "dpmpp_sde_gpu_karras,dpmpp_sde_karras", "dpmpp_3m_sde_gpu_exponential,dpmpp_3m_sde_exponential", "plms,pndm"})
    void theNamesOfOtherToolsMeanTheSame(String alias, String name) {
        assertEquals(name, SchedulerName.of(alias).orElseThrow().name());
    }

    @ParameterizedTest
    @CsvSource({"euler_ancestral,euler", "dpm2_ancestral,dpm2"})
    void anAncestralSchedulerWithoutFreshNoiseIsThePlainOne(String ancestral, String plain) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Solver one = sdxl().named(ancestral + ",eta=0").scheduler().solver(5, scope.manager());
            Solver other = sdxl().named(plain).scheduler().solver(5, scope.manager());
            TorchRandom random = new TorchRandom(2);
            NDArray first = Tensors.of(scope.manager(), random.randn(16), 1, 1, 4, 4);
            NDArray second = first;
            for (int i = 0; i < one.timesteps().length; i++) {
                assertFalse(one.drawsNoise(i));
                NDArray said = Tensors.of(scope.manager(), random.randn(16), 1, 1, 4, 4);
                first = one.step(scope.manager(), i, said, first, Optional.empty());
                second = other.step(scope.manager(), i, said, second, Optional.empty());
                assertArrayEquals(Tensors.floats(second), Tensors.floats(first));
            }
        }
    }

    @Test
    void theStepsOfAlignYourStepsAreDiffusers() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new double[] {999, 845, 730, 587, 443, 310, 193, 116, 53, 13},
                    sdxl().named("dpmpp_2m_ays").scheduler().solver(10, scope.manager()).timesteps());
        }
    }

    @Test
    void theTurboSchedulesOfDiffusersAndOfSgmDiffer() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            assertArrayEquals(new double[] {999, 749, 499, 249}, sdxl().named("turbo").scheduler().solver(4, scope.manager()).timesteps());
            assertArrayEquals(new double[] {999, 899, 799, 699}, sdxl().named("turbo_sgm").scheduler().solver(4, scope.manager()).timesteps());
            NoiseSchedule noise = new NoiseSchedule(sdxl().betas(), true);
            double largest = noise.largestSigma();
            assertEquals(largest, sdxl().named("turbo").scheduler().solver(1, scope.manager()).initNoiseSigma(), 1e-4);
            assertEquals(Math.sqrt(largest * largest + 1), sdxl().named("turbo_sgm").scheduler().solver(1, scope.manager()).initNoiseSigma(), 1e-4);
            Scheduler sgm = sdxl().named("turbo_sgm").scheduler();
            assertTrue(assertThrows(RefractException.class, () -> sgm.solver(5, scope.manager())).getMessage().contains("1 to 4"));
        }
    }

    @Test
    void settingsStandBehindTheName() throws Exception {
        SchedulerConfig config = sdxl().named("ddim,eta=0.5,timestep_spacing=trailing");
        assertEquals("trailing", config.timestepSpacing());
        try (Scope scope = Scope.open(Placement.CPU)) {
            assertTrue(config.scheduler().solver(4, scope.manager()).drawsNoise(0));
        }
        assertTrue(sentence("ddim,eta=2").contains("'eta' should be from 0 to 1"), sentence("ddim,eta=2"));
        assertTrue(sentence("ddim,ete=0.5").contains("'ete=0.5' is no setting"), sentence("ddim,ete=0.5"));
        assertTrue(sentence("euler_ancestral,prediction_type=sample").contains("epsilon or v_prediction"));
        assertTrue(sentence("euler_karras,sigma_min=0").contains("'sigma_min' should be above 0"));
        assertTrue(sentence("euler,beta_start=2").contains("between 0 and 1"));
        assertTrue(sentence("lcm,original_inference_steps=0").contains("from 1 to 1000"));
        assertTrue(sentence("tcd,original_inference_steps=0").contains("from 1 to 1000"));
        assertTrue(sentence("tcd,eta=1.5").contains("'eta' should be from 0 to 1"));
        assertTrue(sentence("ddpm,variance_type=learned_range").contains("fixed_small or fixed_small_log or fixed_large"));
        assertTrue(sentence("dpmpp_2m,solver_order=9").contains("from 1 to 3"));
        assertTrue(sentence("sa_solver,corrector_order=5").contains("from 1 to 4"));
        assertTrue(sentence("euler_a,eta=-1").contains("'eta' should be from 0 to 1"));
        assertTrue(sentence("deis,solver_order=4").contains("from 1 to 3"));
        assertTrue(sentence("dpmpp_2m_karras,use_beta_sigmas=true").contains("'use_beta_sigmas' should be false where 'use_karras_sigmas' is true"));
        assertTrue(sentence("dpmpp_2m,algorithm_type=dpmsolver").contains("sigma_min"));
        assertTrue(sentence("eulr").contains("'eulr'; there are euler, euler_ancestral"), sentence("eulr"));
        assertTrue(sentence("").contains("there are euler"));
        assertTrue(sentence(",").contains("there are euler"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"euler", "heun", "ddpm", "lcm", "tcd", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m", "dpmpp_2s"})
    void timestepsThatAreNamedAreVisitedAsThoseOfASpacing(String name) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Solver spaced = sdxl().named(name).scheduler().solver(5, scope.manager());
            double[] whole = Arrays.stream(spaced.timesteps()).distinct().map(Math::rint).toArray();
            String named = Arrays.stream(whole).mapToObj(t -> String.valueOf((int) t)).collect(Collectors.joining(","));
            Solver chosen = sdxl().named(name + ",timesteps=" + named).scheduler().solver(5, scope.manager());
            assertArrayEquals(spaced.timesteps(), chosen.timesteps(), 0.5, name);
            NDArray sample = Tensors.of(scope.manager(), new float[] {0.5f, -1, 2, 0.25f}, 1, 4, 1, 1);
            NDArray said = Tensors.of(scope.manager(), new float[] {1, 0.5f, -0.25f, 2}, 1, 4, 1, 1);
            Optional<NDArray> noise = spaced.drawsNoise(0) ? Optional.of(said) : Optional.empty();
            float near = whole[1] == spaced.timesteps()[spaced.order()] ? 1e-6f : 2e-2f;
            assertArrayEquals(Tensors.floats(spaced.step(scope.manager(), 0, said, sample, noise)),
                    Tensors.floats(chosen.step(scope.manager(), 0, said, sample, noise)), near, name);
            Solver other = sdxl().named(name + ",timesteps=900, 500,20").scheduler().solver(3, scope.manager());
            assertArrayEquals(new double[] {900, 500, 20}, Arrays.stream(other.timesteps()).distinct().toArray(), name);
        }
    }

    @Test
    void theNoiseAtATimestepThatIsNamedIsThatOfTraining() throws Exception {
        NoiseSchedule noise = new NoiseSchedule(sdxl().betas(), true);
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray none = Tensors.zeros(scope.manager(), 1, 1, 1, 1);
            NDArray one = Tensors.of(scope.manager(), new float[] {1}, 1, 1, 1, 1);
            Solver euler = sdxl().named("euler,timesteps=800").scheduler().solver(1, scope.manager());
            assertEquals(noise.sigma(800), Tensors.scalar(euler.addNoise(scope.manager(), 0, none, one)), 1e-5);
            Solver lcm = sdxl().named("lcm,timesteps=800").scheduler().solver(1, scope.manager());
            assertEquals(Math.sqrt(1 - noise.alphaCumprod(800)), Tensors.scalar(lcm.addNoise(scope.manager(), 0, none, one)), 1e-6);
        }
    }

    @Test
    void timestepsThatCannotBeTakenAreRefused() throws Exception {
        for (String name : List.of("euler_ancestral", "ddim", "unipc", "deis", "pndm", "lms", "dpm2", "dpmpp_sde", "sa_solver")) {
            assertTrue(sentence(name + ",timesteps=800").contains("does not take; those that do are EulerDiscreteScheduler"), sentence(name + ",timesteps=800"));
        }
        assertTrue(sentence("euler_karras,timesteps=800").contains("choose one of them"), sentence("euler_karras,timesteps=800"));
        for (String wrong : List.of("1000", "500,500", "20,900", "99999")) {
            assertTrue(sentence("lcm,timesteps=" + wrong).contains("falling whole numbers from 999 to 0"), sentence("lcm,timesteps=" + wrong));
        }
        for (String wrong : List.of("", "soon", "-1", "1.5", "999,", "99999999")) {
            assertTrue(sentence("lcm,timesteps=" + wrong).contains("timesteps") || sentence("lcm,timesteps=" + wrong).contains("no setting"), wrong);
        }
        assertTrue(sentence("lcm,800").contains("'800' is no setting"), sentence("lcm,800"));
    }

    @Test
    void aNameMeansTheSameWhateverTheModelsOwnSchedulerIs() throws Exception {
        ConfigFile dpm = ConfigFile.of("dpm", SDXL.replace("EulerDiscreteScheduler\"", "DPMSolverMultistepScheduler\", \"solver_order\": 3,"
                + "\"algorithm_type\": \"sde-dpmsolver++\", \"use_lu_lambdas\": true, \"lambda_min_clipped\": -Infinity"));
        try (Scope scope = Scope.open(Placement.CPU)) {
            for (String name : List.of("unipc", "dpmpp_2m", "ddim", "euler")) {
                Solver expected = sdxl().named(name).scheduler().solver(8, scope.manager());
                Solver actual = SchedulerConfig.read(dpm).named(name).scheduler().solver(8, scope.manager());
                assertArrayEquals(expected.timesteps(), actual.timesteps(), name);
                assertEquals(expected.drawsNoise(0), actual.drawsNoise(0), name);
            }
        }
    }

    @Test
    void imageToImageBeginsAtAWholeStep() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Solver euler = sdxl().named("euler").scheduler().solver(10, scope.manager());
            assertEquals(7, euler.first(10, 0.3));
            assertEquals(0, euler.first(10, 1));
            assertEquals(10, euler.first(10, 0.05));
            Solver heun = sdxl().named("heun").scheduler().solver(10, scope.manager());
            assertEquals(14, heun.first(10, 0.3));
            assertEquals(19, heun.first(10, 0.05));
            for (double cutoff = 0; cutoff < 1000; cutoff += 37) {
                assertEquals(0, heun.firstBelow(cutoff) % 2);
            }
        }
    }

    private static String sentence(String name) {
        return assertThrows(RefractException.class, () -> sdxl().named(name)).getMessage();
    }

    private static SchedulerConfig sdxl() throws Exception {
        return SchedulerConfig.read(ConfigFile.of("sdxl", SDXL));
    }
}

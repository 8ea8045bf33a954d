package org.refract.model.sdxl.schedulers;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * The scheduler classes of diffusers that are implemented here, and one of sgm that diffusers lacks, with what they take where a file says
 * nothing.
 */
enum SchedulerClass {
    EULER("EulerDiscreteScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.CURVE_ENDS, Knows.FINAL_SIGMA, Knows.ZERO_SNR,
            Knows.SAMPLE, Knows.TIMESTEPS), EulerScheduler::read),
    EULER_ANCESTRAL("EulerAncestralDiscreteScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.ZERO_SNR),
            EulerScheduler::readAncestral),
    HEUN("HeunDiscreteScheduler", Betas.LINEAR, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.SAMPLE, Knows.TIMESTEPS), HeunScheduler::read),
    DPM2("KDPM2DiscreteScheduler", Betas.LINEAR, Spacing.LINSPACE, Set.of(Knows.CURVES), Dpm2Scheduler::read),
    DPM2_ANCESTRAL("KDPM2AncestralDiscreteScheduler", Betas.LINEAR, Spacing.LINSPACE, Set.of(Knows.CURVES), Dpm2Scheduler::readAncestral),
    DPM_SDE("DPMSolverSDEScheduler", Betas.LINEAR, Spacing.LINSPACE, Set.of(Knows.CURVES), DpmSolverSdeScheduler::read),
    DPM_MULTISTEP("DPMSolverMultistepScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.LU_LAMBDAS, Knows.FINAL_SIGMA,
            Knows.ZERO_SNR, Knows.SAMPLE, Knows.TIMESTEPS), DpmSolverMultistepScheduler::read),
    DPM_SINGLESTEP("DPMSolverSinglestepScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.FINAL_SIGMA, Knows.SAMPLE, Knows.TIMESTEPS),
            DpmSolverSinglestepScheduler::read),
    UNIPC("UniPCMultistepScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.CURVE_ENDS, Knows.FINAL_SIGMA, Knows.ZERO_SNR,
            Knows.SAMPLE), UniPcScheduler::read),
    DEIS("DEISMultistepScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.SAMPLE), DeisScheduler::read),
    DPMPP_2S_ANCESTRAL("DPMPP2SAncestralSampler", Betas.LINEAR, Spacing.LINSPACE, Set.of(Knows.CURVES), Dpmpp2sAncestralScheduler::read),
    SA_SOLVER("SASolverScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.SAMPLE), SaSolverScheduler::read),
    LMS("LMSDiscreteScheduler", Betas.DDPM, Spacing.LINSPACE, Set.of(Knows.CURVES, Knows.SAMPLE), LmsScheduler::read),
    DDIM("DDIMScheduler", Betas.DDPM, Spacing.LEADING, Set.of(Knows.ZERO_SNR, Knows.SAMPLE), DdimScheduler::read),
    DDPM("DDPMScheduler", Betas.DDPM, Spacing.LEADING, Set.of(Knows.ZERO_SNR, Knows.SAMPLE, Knows.TIMESTEPS), DdpmScheduler::read),
    PNDM("PNDMScheduler", Betas.DDPM, Spacing.LEADING, Set.of(), PndmScheduler::read),
    LCM("LCMScheduler", Betas.STABLE_DIFFUSION, Spacing.LEADING, Set.of(Knows.ZERO_SNR, Knows.SAMPLE, Knows.TIMESTEPS), LcmScheduler::read),
    TCD("TCDScheduler", Betas.STABLE_DIFFUSION, Spacing.LEADING, Set.of(Knows.ZERO_SNR, Knows.SAMPLE, Knows.TIMESTEPS), TcdScheduler::read);

    /** What a class lets one choose. */
    enum Knows {
        CURVES, CURVE_ENDS, LU_LAMBDAS, FINAL_SIGMA, ZERO_SNR, SAMPLE, TIMESTEPS
    }

    /** Makes the scheduler from what the file says of it alone. */
    @FunctionalInterface
    private interface Reader {
        Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException;
    }

    private final String className;
    private final Betas betas;
    private final Spacing spacing;
    private final Set<Knows> known;
    private final Reader reader;

    SchedulerClass(String className, Betas betas, Spacing spacing, Set<Knows> known, Reader reader) {
        this.className = className;
        this.betas = betas;
        this.spacing = spacing;
        this.known = known;
        this.reader = reader;
    }

    /** By the name of the class. */
    static Optional<SchedulerClass> of(String className) {
        return Arrays.stream(values()).filter(c -> c.className.equals(className)).findFirst();
    }

    /** As {@code scheduler_config.json} names it. */
    String className() {
        return className;
    }

    Betas betas() {
        return betas;
    }

    Spacing spacing() {
        return spacing;
    }

    boolean knows(Knows what) {
        return known.contains(what);
    }

    Scheduler read(ConfigFile file, Discretization levels, Prediction prediction) throws RefractException {
        return reader.read(file, levels, prediction);
    }
}

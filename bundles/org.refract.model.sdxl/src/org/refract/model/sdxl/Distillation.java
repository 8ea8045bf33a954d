package org.refract.model.sdxl;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a model or a LoRA that was distilled for few steps wants to be run, as its makers' model cards say. Weights cannot tell; names and
 * descriptions do.
 *
 * @param method    whose way it is
 * @param steps     how many
 * @param guidance  how much; at most 1 is none
 * @param scheduler its name with the settings that belong to it, empty for the model's own
 */
record Distillation(String method, int steps, double guidance, Optional<String> scheduler) {

    /** SDXL-Turbo's model card: 1 to 4 steps without guidance. */
    static final Distillation TURBO = new Distillation("SDXL-Turbo", 4, 0, "turbo");
    /** lcm-lora-sdxl: 2 to 8 steps of LCM's scheduler, without guidance in the example. */
    static final Distillation LCM = new Distillation("LCM", 4, 0, "lcm");
    /** TCD-SDXL-LoRA: 4 steps with eta 0.3. */
    static final Distillation TCD = new Distillation("TCD", 4, 0, "tcd,eta=0.3");

    private static final String EULER_TRAILING = "euler,timestep_spacing=trailing";
    private static final String DDIM_TRAILING = "ddim,timestep_spacing=trailing";
    private static final int USUAL_STEPS = 4;
    /** Where a name goes on with a capital letter. */
    private static final Pattern NEW_WORD = Pattern.compile("(?<=[a-z])(?=[A-Z])");
    private static final Pattern STEPS = Pattern.compile("(?<!\\d)(\\d{1,2})[-_ ]?steps?");

    /** Names of whole models are short; among LoRAs there are many of lightning and turbines. */
    private static final List<Known> KNOWN = List.of(
            known("(?<![a-z])dmd2?(?![a-z])", "(?<![a-z])dmd2?(?![a-z])", Distillation::dmd2),
            known("(?<![a-z])pcm(?![a-z])", "(?<![a-z])pcm(?![a-z])", Distillation::pcm),
            known("(?<![a-z])tcd(?![a-z])", "(?<![a-z])tcd(?![a-z])", (text, steps, lora) -> TCD.in(steps)),
            known("(?<![a-z])lcm(?![a-z])", "(?<![a-z])lcm(?![a-z])", (text, steps, lora) -> LCM.in(steps)),
            known("hyper(?:[-_ ]?sd|(?=[-_ ]?\\d{1,2}[-_ ]?step)|(?=$|[-_. ]?(?:xl|lora|cfg|unet|v\\d|fp16|safetensors)))", "hyper[-_ ]?sd|hyper.*\\d[-_ ]?step",
                    Distillation::hyper),
            known("lightning", "sd_?xl[-_ ]?lightning|lightning.*\\d[-_ ]?step", (text, steps, lora) -> new Distillation("SDXL-Lightning", steps, 0,
                    steps == 1 ? EULER_TRAILING + ",prediction_type=sample" : EULER_TRAILING)),
            known("turbo", "sd_?xl[-_ ]?turbo|turbo[-_ ]?lora", (text, steps, lora) -> TURBO));

    /**
     * A way that is known.
     *
     * @param model what the name of a whole model has
     * @param lora  what that of a LoRA has
     * @param read  how it is run, from the name and the number of steps in it
     */
    private record Known(Pattern model, Pattern lora, Reading read) {
    }

    /** What a name says of the steps. */
    private interface Reading {
        Distillation of(String text, int steps, boolean lora);
    }

    private static Known known(String model, String lora, Reading read) {
        return new Known(Pattern.compile(model), Pattern.compile(lora), read);
    }

    Distillation(String method, int steps, double guidance, String scheduler) {
        this(method, steps, guidance, Optional.of(scheduler));
    }

    /** What the name and the description of a whole model say. */
    static Optional<Distillation> ofModel(String said) {
        return find(said, false);
    }

    /** What the name and the description of a LoRA say. */
    static Optional<Distillation> ofLora(String said) {
        return find(said, true);
    }

    private static Optional<Distillation> find(String said, boolean lora) {
        String text = (said + " " + NEW_WORD.matcher(said).replaceAll(" ")).toLowerCase(Locale.ROOT);
        Matcher number = STEPS.matcher(text);
        int steps = number.find() ? Math.max(1, Integer.parseInt(number.group(1))) : USUAL_STEPS;
        return KNOWN.stream().filter(known -> (lora ? known.lora : known.model).matcher(text).find()).findFirst().map(known -> known.read.of(text, steps, lora));
    }

    /** DMD2: 4 steps at 999, 749, 499 and 249, one at 399. */
    private static Distillation dmd2(String text, int steps, boolean lora) {
        return new Distillation("DMD2", steps, 0, steps == 1 ? "lcm,timesteps=399" : "lcm,original_inference_steps=" + steps);
    }

    /**
     * Hyper-SD: DDIM in trailing steps; those that keep guidance want 5 to 8. The LoRA of one step, which is the unified one too, is run by
     * TCD, the U-Net of one step by LCM at timestep 800.
     */
    private static Distillation hyper(String text, int steps, boolean lora) {
        boolean guided = Pattern.compile("(?<![a-z])cfg(?![a-z])").matcher(text).find();
        return new Distillation("Hyper-SD", steps, guided ? 5 : 0, steps > 1 ? DDIM_TRAILING
                : lora || text.contains("lora") ? "tcd,eta=1" : "lcm,timesteps=800");
    }

    /** PCM: DDIM in trailing steps; guidance 1 to 2, or what the steps allow: 2.5 to 3.5 in four, 3 to 6 in eight; some are run as LCM. */
    private static Distillation pcm(String text, int steps, boolean lora) {
        if (text.contains("lcmlike")) {
            return new Distillation("PCM", steps, 0, "lcm");
        }
        return new Distillation("PCM", steps, text.contains("normalcfg") ? steps > USUAL_STEPS ? 4.5 : 3 : 1, DDIM_TRAILING);
    }

    private Distillation in(int many) {
        return new Distillation(method, many, guidance, scheduler);
    }

    /** The same with the scheduler that the model ships with. */
    Distillation withOwnScheduler() {
        return new Distillation(method, steps, guidance, Optional.empty());
    }

    /** In words, for notes and descriptions. */
    String inWords() {
        return "%s: %d %s%s, %s".formatted(method, steps, steps == 1 ? "step" : "steps", scheduler.map(" of "::concat).orElse(""), guidance > 1 ? "guidance " + guidance : "no guidance");
    }
}

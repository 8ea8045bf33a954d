package org.refract.model.sdxl.schedulers;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.refract.model.sdxl.schedulers.SchedulerClass.Knows;

/**
 * A short name that a person asks for a scheduler by.
 *
 * @param name    such as {@code dpmpp_2m_karras}
 * @param display as AUTOMATIC1111's web UI calls it, such as {@code DPM++ 2M Karras}
 * @param aliases as other tools call it
 * @param type    the class
 * @param options what it sets in {@code scheduler_config.json}
 */
record SchedulerName(String name, String display, Set<String> aliases, SchedulerClass type, Map<String, JsonElement> options) {

    /** Curves as the web UI calls them. */
    private static final Map<SigmaCurve, String> CURVES = Map.of(SigmaCurve.KARRAS, "Karras", SigmaCurve.EXPONENTIAL, "Exponential", SigmaCurve.BETA,
            "Beta", SigmaCurve.KL_OPTIMAL, "KL Optimal", SigmaCurve.AYS, "Align Your Steps");
    private static final List<SchedulerName> PLAIN = List.of(
            plain("euler", "Euler", SchedulerClass.EULER, Map.of()),
            plain("euler_ancestral", "Euler a", SchedulerClass.EULER_ANCESTRAL, Map.of(), "euler_a"),
            plain("heun", "Heun", SchedulerClass.HEUN, Map.of()),
            plain("dpm2", "DPM2", SchedulerClass.DPM2, Map.of(), "dpm_2"),
            plain("dpm2_ancestral", "DPM2 a", SchedulerClass.DPM2_ANCESTRAL, Map.of(), "dpm_2_ancestral", "dpm2_a"),
            plain("dpmpp_2m", "DPM++ 2M", SchedulerClass.DPM_MULTISTEP, dpm("dpmsolver++", 2, "midpoint")),
            plain("dpmpp_2m_sde", "DPM++ 2M SDE", SchedulerClass.DPM_MULTISTEP, dpm("sde-dpmsolver++", 2, "midpoint"),
                    "dpmpp_2m_sde_gpu"),
            plain("dpmpp_2m_sde_heun", "DPM++ 2M SDE Heun", SchedulerClass.DPM_MULTISTEP, dpm("sde-dpmsolver++", 2, "heun"),
                    "dpmpp_2m_sde_heun_gpu"),
            plain("dpmpp_3m", "DPM++ 3M", SchedulerClass.DPM_MULTISTEP, dpm("dpmsolver++", 3, "midpoint")),
            plain("dpmpp_3m_sde", "DPM++ 3M SDE", SchedulerClass.DPM_MULTISTEP, dpm("sde-dpmsolver++", 3, "midpoint"),
                    "dpmpp_3m_sde_gpu"),
            plain("dpmpp_2s", "DPM++ 2S", SchedulerClass.DPM_SINGLESTEP, dpm("dpmsolver++", 2, "midpoint")),
            plain("dpmpp_3s", "DPM++ 3S", SchedulerClass.DPM_SINGLESTEP, dpm("dpmsolver++", 3, "midpoint")),
            plain("dpmpp_sde", "DPM++ SDE", SchedulerClass.DPM_SDE, Map.of(), "dpmpp_sde_gpu"),
            plain("unipc", "UniPC", SchedulerClass.UNIPC, Map.of(), "uni_pc", "uni_pc_bh2"),
            plain("dpmpp_2s_ancestral", "DPM++ 2S a", SchedulerClass.DPMPP_2S_ANCESTRAL, Map.of(), "dpmpp_2s_a"),
            plain("deis", "DEIS", SchedulerClass.DEIS, Map.of()),
            plain("sa_solver", "SA-Solver", SchedulerClass.SA_SOLVER, Map.of()),
            plain("lms", "LMS", SchedulerClass.LMS, Map.of()),
            plain("ddim", "DDIM", SchedulerClass.DDIM, Map.of()),
            plain("ddpm", "DDPM", SchedulerClass.DDPM, Map.of()),
            plain("pndm", "PLMS", SchedulerClass.PNDM, Map.of("skip_prk_steps", new JsonPrimitive(true))),
            plain("lcm", "LCM", SchedulerClass.LCM, Map.of()),
            plain("tcd", "TCD", SchedulerClass.TCD, Map.of()),
            plain("turbo", "Turbo", SchedulerClass.EULER_ANCESTRAL, spaced(Spacing.TRAILING)),
            plain("turbo_sgm", "Turbo sgm", SchedulerClass.EULER_ANCESTRAL, spaced(Spacing.SGM_TURBO)));

    /** Every name, with each curve of sigmas that its class knows. */
    static List<SchedulerName> all() {
        List<SchedulerName> all = new ArrayList<>();
        for (SchedulerName plain : PLAIN) {
            all.add(plain);
            for (SigmaCurve curve : SigmaCurve.values()) {
                if (CURVES.containsKey(curve) && plain.type.knows(Knows.CURVES)) {
                    all.add(plain.curved(curve));
                }
            }
        }
        return all;
    }

    /** By short name, by the web UI's name in any case, or by another tool's. */
    static Optional<SchedulerName> of(String text) {
        String wanted = text.strip();
        return all().stream().filter(n -> n.name.equals(wanted) || n.display.equalsIgnoreCase(wanted) || n.aliases.contains(wanted)).findFirst();
    }

    private SchedulerName curved(SigmaCurve curve) {
        String suffix = "_" + curve.name().toLowerCase(Locale.ROOT);
        Map<String, JsonElement> all = new HashMap<>(options);
        all.put(curve.key(), new JsonPrimitive(true));
        return new SchedulerName(name + suffix, display + " " + CURVES.get(curve), Set.copyOf(aliases.stream().map(a -> a + suffix).toList()), type, all);
    }

    private static SchedulerName plain(String name, String display, SchedulerClass type, Map<String, JsonElement> options, String... aliases) {
        return new SchedulerName(name, display, Set.of(aliases), type, options);
    }

    private static Map<String, JsonElement> dpm(String algorithm, int order, String solver) {
        return Map.of("algorithm_type", new JsonPrimitive(algorithm), "solver_order", new JsonPrimitive(order), "solver_type",
                new JsonPrimitive(solver));
    }

    private static Map<String, JsonElement> spaced(Spacing spacing) {
        return Map.of("timestep_spacing", new JsonPrimitive(spacing.text()));
    }
}

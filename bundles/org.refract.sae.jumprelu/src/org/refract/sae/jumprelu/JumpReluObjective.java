package org.refract.sae.jumprelu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.Settings;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Objective;
import org.refract.engine.tensor.Scope;

/**
 * {@code mse_loss + l0_loss + pre_act_loss}. With {@code threshold_parameter=log} what is optimised is {@code log_threshold}, and the SAE's
 * {@code threshold} is its exponential.
 */
final class JumpReluObjective implements Objective {

    private static final KernelLibrary KERNELS = KernelLibrary.of(JumpReluVariant.class, "jumprelu.ts.py");

    private final Settings settings;
    private final boolean logarithm;
    private final int sparsity;

    JumpReluObjective(Settings settings) {
        this.settings = settings;
        this.logarithm = settings.text("threshold_parameter").equals("log");
        this.sparsity = List.of("step", "tanh", "target").indexOf(settings.text("sparsity_loss"));
    }

    @Override
    public List<String> parameters() {
        return List.of("W_enc", "W_dec", "b_enc", "b_dec", logarithm ? "log_threshold" : "threshold");
    }

    @Override
    public List<String> terms() {
        return List.of("mse_loss", "l0_loss", "pre_act_loss");
    }

    @Override
    public NDArray parameter(DenseSae sae, String name, Scope scope) {
        return name.equals("log_threshold") ? KERNELS.call(scope, "logarithm_of", sae.tensors().get("threshold")) : sae.tensors().get(name);
    }

    @Override
    public void updated(DenseSae sae, NDList parameters) {
        if (logarithm) {
            try (Scope step = sae.scope().child()) {
                KERNELS.call(step, "exponential_into", sae.tensors().get("threshold"), parameters.get(4));
            }
        }
    }

    @Override
    public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
        NDArray dead = KERNELS.call(out, "dead", step.since(), settings.integer("dead_tokens"));
        return KERNELS.callTraining(out, "evaluate", x, target, given, logarithm, sparsity, settings.real("l0_coefficient") * step.sparsity(),
                settings.real("tanh_scale"), settings.real("target_l0"), settings.real("bandwidth"), settings.real("pre_act_loss_coefficient"), dead,
                settings.flag("apply_b_dec_to_input"));
    }
}

package org.refract.sae.jumprelu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import org.refract.api.Settings;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Entries;
import org.refract.engine.sae.Loss;
import org.refract.engine.tensor.Scope;

/**
 * {@code mse_loss + l0_loss + pre_act_loss}. With {@code threshold_parameter=log} what is optimised is {@code log_threshold}, and the SAE's
 * {@code threshold} is its exponential.
 */
final class JumpReluLoss implements Loss {

    static final KernelLibrary KERNELS = KernelLibrary.of(JumpReluVariant.class, "jumprelu.ts.py", Loss.SHARED);

    /** The sparsity loss that also has slopes where a latent is not active. */
    private static final int TARGET = 2;

    private final Settings settings;
    private final boolean logarithm;
    private final int sparsity;

    JumpReluLoss(Settings settings) {
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
    public List<String> derived() {
        return logarithm ? List.of("threshold") : List.of();
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
        boolean centred = settings.flag("apply_b_dec_to_input");
        double l0 = settings.real("l0_coefficient") * step.sparsity();
        if (sparsity < TARGET && settings.real("pre_act_loss_coefficient") == 0) {
            NDArray threshold = logarithm ? KERNELS.call(out, "exponential", given.get(4)) : given.get(4);
            NDArray y = centred ? KERNELS.call(out, "less", x, given.get(3)) : x;
            Optional<Entries> few = Entries.above(out, y, given.get(0), given.get(2), KERNELS.call(out, "lowered", threshold, settings.real("bandwidth")));
            if (few.isPresent()) {
                return sparse(out, few.get(), y, target, given, threshold, l0);
            }
        }
        NDArray dead = KERNELS.call(out, "dead", step.since(), settings.integer("dead_tokens"));
        return KERNELS.callTraining(out, "evaluate", x, target, given, logarithm, sparsity, l0, settings.real("tanh_scale"), settings.real("target_l0"),
                settings.real("bandwidth"), settings.real("pre_act_loss_coefficient"), dead, centred);
    }

    /** The same gradients where few latents are active or nearly so: only the encoder product is dense. */
    private NDList sparse(NDManager out, Entries few, NDArray y, NDArray target, NDList given, NDArray threshold, double l0) {
        NDArray decoder = given.get(1);
        NDList found = KERNELS.callList(out, "jumped", few.values(), few.latent(), threshold, settings.real("bandwidth"));
        NDArray z = found.get(1);
        NDArray residual = few.residual(z, decoder, given.get(3), target);
        NDList slopes = KERNELS.callList(out, "slopes", found.get(0), z, few.latent(), few.dots(residual, decoder), residual, decoder, threshold, sparsity, l0,
                settings.real("tanh_scale"), settings.real("bandwidth"));
        NDArray bias = few.sums(slopes.get(0));
        NDList shared = KERNELS.callList(out, "gathered", given.get(0), decoder, target, residual, few.gathered(residual, z), bias, few.sums(slopes.get(1)),
                few.sums(slopes.get(2)), threshold, logarithm, settings.flag("apply_b_dec_to_input"));
        return new NDList(few.gathered(y, slopes.get(0)).transpose(), shared.get(0), bias, shared.get(1), shared.get(2), slopes.get(3), shared.get(3),
                few.counts(z));
    }
}

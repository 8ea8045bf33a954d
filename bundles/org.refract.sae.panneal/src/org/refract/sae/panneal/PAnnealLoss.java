package org.refract.sae.panneal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.refract.api.Settings;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Loss;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** {@code mse_loss + lp_loss}; of its own it has the coefficient λ and the penalties of the last steps. */
final class PAnnealLoss implements Loss {

    static final KernelLibrary KERNELS = KernelLibrary.of(PAnnealVariant.class, "panneal.ts.py", Loss.SHARED);

    private final Settings settings;
    private final Annealing annealing;
    private final boolean root;
    private NDArray coefficient;
    private NDArray queue;

    PAnnealLoss(Settings settings, Annealing annealing) {
        this.settings = settings;
        this.annealing = annealing;
        this.root = settings.text("sparsity_function").equals("Lp");
    }

    @Override
    public List<String> parameters() {
        return List.of("W_enc", "W_dec", "b_enc", "b_dec");
    }

    @Override
    public List<String> terms() {
        return List.of("mse_loss", "lp_loss");
    }

    /** {@code sparsity_coefficient} (1) float64, λ; {@code sparsity_queue} (length, 2) float32, penalties with p and with the next p. */
    @Override
    public Map<String, NDArray> state(Scope scope) {
        coefficient = Tensors.of(scope.manager(), new double[] {settings.real("sparsity_penalty")});
        queue = Tensors.zeros(scope.manager(), settings.integer("sparsity_queue_length"), 2);
        return Map.of("sparsity_coefficient", coefficient, "sparsity_queue", queue);
    }

    @Override
    public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
        return KERNELS.callTraining(out, "evaluate", x, target, given, annealing.p(step.number()), root, coefficient, step.sparsity(),
                settings.flag("apply_b_dec_to_input"));
    }

    @Override
    public void follow(DenseSae sae, NDArray latents, Step step) {
        long number = step.number();
        if (!annealing.remembers(number)) {
            return;
        }
        try (NDManager own = latents.getManager().newSubManager()) {
            KERNELS.call(own, "remember", queue, latents, annealing.p(number), annealing.next(number), root);
            if (annealing.adapts(number)) {
                KERNELS.call(own, "adapt", coefficient, queue, Math.min(annealing.remembered(number), settings.integer("sparsity_queue_length")));
            }
        }
    }
}

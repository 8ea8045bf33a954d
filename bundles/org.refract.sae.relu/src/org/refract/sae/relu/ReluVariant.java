package org.refract.sae.relu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Objective;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.sae.SaeForm;

/**
 * ReLU with an L1 penalty, as SAELens' standard architecture and dictionary_learning's two standard trainers train it. The defaults are
 * SAELens'; {@code l1_penalty=l1 decoder_constraint=unit clip=0} is dictionary_learning's StandardTrainer.
 */
@Component(service = SaeVariant.class)
public final class ReluVariant extends PublishedVariant {

    private static final KernelLibrary KERNELS = KernelLibrary.of(ReluVariant.class, "relu.ts.py");

    /** The one variant. */
    public ReluVariant() {
        super(SaeForm.RELU, List.of(
                new Hyperparameter("l1_coefficient", Kind.REAL, "1", "a number that is not negative", Optional.of("SAELens, saes/standard_sae.py")),
                new Hyperparameter("l1_penalty", Kind.CHOICE, "decoder_norm", "l1|decoder_norm",
                        Optional.of("Conerly et al. 2024, Update on how we train SAEs"))));
    }

    @Override
    public String description() {
        return "z = ReLU(W_enc (x − b_dec) + b_enc), x̂ = W_dec z + b_dec, L1 penalty (by decoder norms); Bricken et al. 2023, Towards monosemanticity";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        return Map.of("b_enc", filled(out, config, 0));
    }

    @Override
    protected Objective objective(DenseSae sae, Settings settings) {
        double l1 = settings.real("l1_coefficient");
        boolean weighted = settings.text("l1_penalty").equals("decoder_norm");
        boolean centred = settings.flag("apply_b_dec_to_input");
        return new Objective() {
            @Override
            public List<String> parameters() {
                return List.of("W_enc", "W_dec", "b_enc", "b_dec");
            }

            @Override
            public List<String> terms() {
                return List.of("mse_loss", "l1_loss");
            }

            @Override
            public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
                return KERNELS.callTraining(out, "evaluate", x, target, given, l1 * step.sparsity(), weighted, centred);
            }
        };
    }
}

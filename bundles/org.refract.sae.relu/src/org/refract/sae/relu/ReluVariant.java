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
import org.refract.api.Interval;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Entries;
import org.refract.engine.sae.Loss;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.sae.SaeForm;

/**
 * ReLU with an L1 penalty, as SAELens' standard architecture and dictionary_learning's two standard trainers train it. The defaults are
 * SAELens'; {@code l1_penalty=l1 decoder_constraint=unit clip=0} is dictionary_learning's StandardTrainer.
 */
@Component(service = SaeVariant.class)
public final class ReluVariant extends PublishedVariant {

    static final KernelLibrary KERNELS = KernelLibrary.of(ReluVariant.class, "relu.ts.py", Loss.SHARED);

    /** The one variant. */
    public ReluVariant() {
        super(SaeForm.RELU, List.of(
                new Hyperparameter("l1_coefficient", Kind.REAL, "1", Interval.NOT_NEGATIVE, Optional.of("SAELens, saes/standard_sae.py")),
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
    protected Loss loss(DenseSae sae, Settings settings) {
        double l1 = settings.real("l1_coefficient");
        boolean weighted = settings.text("l1_penalty").equals("decoder_norm");
        boolean centred = settings.flag("apply_b_dec_to_input");
        return new Loss() {
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
                NDArray y = centred ? KERNELS.call(out, "less", x, given.get(3)) : x;
                return Entries.above(out, y, given.get(0), given.get(2), null).map(z -> sparse(out, z, y, target, given, l1 * step.sparsity()))
                        .orElseGet(() -> KERNELS.callTraining(out, "evaluate", x, target, given, l1 * step.sparsity(), weighted, centred));
            }

            /** The same gradients where few latents are active: only the encoder product is dense. */
            private NDList sparse(NDManager out, Entries z, NDArray y, NDArray target, NDList given, double l1) {
                NDArray decoder = given.get(1);
                NDArray residual = z.residual(z.values(), decoder, given.get(3), target);
                NDList slopes = KERNELS.callList(out, "slopes", z.values(), z.latent(), z.dots(residual, decoder), residual, decoder, l1, weighted);
                NDArray slope = slopes.get(0);
                return KERNELS.callList(out, "gathered", given.get(0), decoder, target, residual, z.gathered(y, slope), z.gathered(residual, z.values()),
                        z.sums(slope), z.sums(z.values()), slopes.get(1), z.counts(z.values()), l1, weighted, centred);
            }
        };
    }
}

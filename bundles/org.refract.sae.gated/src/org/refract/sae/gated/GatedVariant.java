package org.refract.sae.gated;

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
 * The gated autoencoder, whose gate alone is penalised. The defaults are SAELens'; {@code l1_penalty=l1 frozen_auxiliary=true
 * decoder_constraint=unit beta1=0 clip=0} is dictionary_learning's, after the paper.
 */
@Component(service = SaeVariant.class)
public final class GatedVariant extends PublishedVariant {

    static final KernelLibrary KERNELS = KernelLibrary.of(GatedVariant.class, "gated.ts.py", Loss.SHARED);
    private static final Optional<String> PAPER = Optional.of("Rajamanoharan et al. 2024, Improving dictionary learning with gated sparse autoencoders");

    /** The one variant. */
    public GatedVariant() {
        super(SaeForm.GATED, List.of(
                new Hyperparameter("l1_coefficient", Kind.REAL, "1", Interval.NOT_NEGATIVE, Optional.of("SAELens, saes/gated_sae.py")),
                new Hyperparameter("l1_penalty", Kind.CHOICE, "decoder_norm", "l1|decoder_norm", Optional.of("SAELens, saes/gated_sae.py")),
                new Hyperparameter("frozen_auxiliary", Kind.FLAG, "false", "true or false", PAPER)));
    }

    @Override
    public String description() {
        return "z = ReLU(W_enc (x − b_dec) exp(r_mag) + b_mag) where W_enc (x − b_dec) + b_gate > 0; Rajamanoharan et al. 2024, Gated SAEs";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        return Map.of("b_gate", filled(out, config, 0), "b_mag", filled(out, config, 0), "r_mag", filled(out, config, 0));
    }

    @Override
    protected Loss loss(DenseSae sae, Settings settings) {
        double l1 = settings.real("l1_coefficient");
        boolean weighted = settings.text("l1_penalty").equals("decoder_norm");
        boolean frozen = settings.flag("frozen_auxiliary");
        boolean centred = settings.flag("apply_b_dec_to_input");
        return new Loss() {
            @Override
            public List<String> parameters() {
                return List.of("W_enc", "W_dec", "b_gate", "b_mag", "r_mag", "b_dec");
            }

            @Override
            public List<String> biases() {
                return List.of("b_gate", "b_mag");
            }

            @Override
            public List<String> terms() {
                return List.of("mse_loss", "l1_loss", "auxiliary_reconstruction_loss");
            }

            @Override
            public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
                NDArray y = centred ? KERNELS.call(out, "less", x, given.get(5)) : x;
                return Entries.above(out, y, given.get(0), given.get(2), null).map(open -> sparse(out, open, y, target, given, l1 * step.sparsity()))
                        .orElseGet(() -> KERNELS.callTraining(out, "evaluate", x, target, given, l1 * step.sparsity(), weighted, frozen, centred));
            }

            /** The same gradients where few gates are open: only the encoder product is dense. */
            private NDList sparse(NDManager out, Entries open, NDArray y, NDArray target, NDList given, double l1) {
                NDArray decoder = given.get(1);
                NDArray gate = open.values();
                NDList found = KERNELS.callList(out, "magnitudes", gate, open.latent(), given.get(2), given.get(3), given.get(4));
                NDArray h = found.get(0);
                NDArray z = found.get(1);
                NDArray residual = open.residual(z, decoder, given.get(5), target);
                NDArray auxiliary = open.residual(gate, decoder, given.get(5), target);
                NDList slopes = KERNELS.callList(out, "slopes", gate, h, z, open.latent(), open.dots(residual, decoder), open.dots(auxiliary, decoder), residual,
                        auxiliary, decoder, given.get(4), l1, weighted);
                NDArray encoder = open.gathered(y, slopes.get(2));
                NDList shared = KERNELS.callList(out, "gathered", given.get(0), decoder, target, residual, auxiliary, open.gathered(residual, z),
                        open.gathered(auxiliary, gate), open.sums(slopes.get(2)), open.sums(gate), l1, weighted, frozen, centred);
                return new NDList(encoder.transpose(), shared.get(0), open.sums(slopes.get(1)), open.sums(slopes.get(0)), open.sums(slopes.get(3)),
                        shared.get(1), slopes.get(4), shared.get(2), open.counts(z));
            }
        };
    }
}

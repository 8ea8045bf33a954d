package org.example.sae.l1;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.sae.KernelVariant;

/** A sparse autoencoder with an L1 penalty; what it computes and minimises is {@code l1.ts.py}. */
@Component(service = SaeVariant.class)
public final class L1Variant extends KernelVariant {

    /** The one variant. */
    public L1Variant() {
        super("example-l1", L1Variant.class, "l1.ts.py", List.of("mse", "l1"), List.of(
                new Hyperparameter("l1_coef", Kind.REAL, "1e-2", Interval.NOT_NEGATIVE, Optional.of("Bricken et al. 2023")),
                new Hyperparameter("lr", Kind.REAL, "1e-3", Interval.POSITIVE, Optional.empty()),
                new Hyperparameter("b_dec_init", Kind.CHOICE, "mean", "zeros|mean|geometric_median", Optional.empty()),
                new Hyperparameter("decoder_init_norm", Kind.REAL, "1", Interval.POSITIVE, Optional.empty()),
                new Hyperparameter("decoder_constraint", Kind.CHOICE, "unit", "none|unit_first|unit", Optional.of("Bricken et al. 2023"))));
    }

    @Override
    public String description() {
        return "z = ReLU(W_enc (x − b_dec) + b_enc), x̂ = W_dec z + b_dec, L1 penalty; Bricken et al. 2023";
    }
}

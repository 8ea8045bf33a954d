package org.example.sae.l1;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The classic sparse autoencoder with an L1 penalty, {@code L = ‖x̂ − x‖² + λ‖z‖₁}, with decoder rows of unit length. */
@Component
public final class L1Variant implements SaeVariant {

    private static final Optional<String> BRICKEN = Optional.of("Bricken et al. 2023, Towards Monosemanticity, appendix");

    @Override
    public String id() {
        return "example-l1";
    }

    @Override
    public String description() {
        return "z = ReLU(W_enc (x − b_dec) + b_enc), x̂ = W_dec z + b_dec, with an L1 penalty; Bricken et al. 2023, Towards Monosemanticity";
    }

    @Override
    public List<Hyperparameter> hyperparameters() {
        return List.of(
                new Hyperparameter("l1_coef", Kind.REAL, "0.01", Interval.NOT_NEGATIVE, Optional.empty()),
                new Hyperparameter("lr", Kind.REAL, "1e-3", Interval.POSITIVE, BRICKEN));
    }

    /** Random encoder rows of unit length, the decoder the same, the decoder's bias the mean of the samples. */
    @Override
    public Sae create(SaeConfig config, NDArray samples, NDArray targets, long seed, Placement placement) throws RefractException {
        try (Scope scope = Scope.open(L1Sae.fp32(placement))) {
            float[] normal = new TorchRandom(seed).randn(config.latents() * config.width());
            NDArray random = Tensors.of(scope.manager(), normal, config.latents(), config.width());
            NDArray rows = L1Sae.KERNELS.call(scope, "unit_rows", random);
            return restore(config, Map.of("W_enc", rows, "W_dec", rows, "b_enc", Tensors.zeros(scope.manager(), config.latents()), "b_dec",
                    L1Sae.KERNELS.call(scope, "mean", samples)), placement);
        }
    }

    @Override
    public Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException {
        if (!(config.settings().real("l1_coef") >= 0) || !(config.settings().real("lr") > 0)) {
            throw RefractException.usage("An %s autoencoder needs l1_coef of at least 0 and lr above 0.", id());
        }
        return L1Sae.of(config, tensors, placement);
    }

    @Override
    public SaeTrainer trainer(Sae sae, NDArray samples, NDArray targets, int batch) throws RefractException {
        if (targets != samples) {
            throw RefractException.usage("An %s autoencoder learns its own input, not pairs of inputs and targets.", id());
        }
        if (sae instanceof L1Sae own) {
            return new L1Trainer(own);
        }
        throw RefractException.usage("The %s trainer cannot train a '%s' autoencoder.", id(), sae.config().variant());
    }
}

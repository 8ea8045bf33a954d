package org.refract.sae.jumprelu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Loss;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.sae.SaeForm;

/**
 * JumpReLU with a learnt threshold per latent. The defaults are SAELens'; {@code sparsity_loss=tanh} is Anthropic's;
 * {@code sparsity_loss=target threshold_parameter=raw beta1=0 decoder_constraint=unit apply_b_dec_to_input=false} is dictionary_learning's.
 */
@Component(service = SaeVariant.class)
public final class JumpReluVariant extends PublishedVariant {

    private static final Optional<String> SAELENS = Optional.of("SAELens, saes/jumprelu_sae.py");
    private static final Optional<String> TARGET = Optional.of("saprmarks/dictionary_learning, trainers/jumprelu.py");

    /** The one variant. */
    public JumpReluVariant() {
        super(SaeForm.JUMPRELU, List.of(
                new Hyperparameter("bandwidth", Kind.REAL, "0.05", Interval.POSITIVE, SAELENS),
                new Hyperparameter("l0_coefficient", Kind.REAL, "1", Interval.NOT_NEGATIVE, SAELENS),
                new Hyperparameter("sparsity_loss", Kind.CHOICE, "step", "step|tanh|target", SAELENS),
                new Hyperparameter("tanh_scale", Kind.REAL, "4", Interval.POSITIVE, SAELENS),
                new Hyperparameter("target_l0", Kind.REAL, "20", Interval.POSITIVE, TARGET),
                new Hyperparameter("pre_act_loss_coefficient", Kind.REAL, "0", Interval.NOT_NEGATIVE, SAELENS),
                new Hyperparameter("threshold_parameter", Kind.CHOICE, "log", "log|raw",
                        Optional.of("Rajamanoharan et al. 2024, Jumping ahead, appendix J")),
                new Hyperparameter("init_threshold", Kind.REAL, "0.01", Interval.POSITIVE.upTo(Float.MAX_VALUE), SAELENS)));
    }

    @Override
    public String description() {
        return "z = W_enc (x − b_dec) + b_enc where that is > threshold, else 0; x̂ = W_dec z + b_dec; Rajamanoharan et al. 2024, Jumping ahead";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) throws RefractException {
        return Map.of("b_enc", filled(out, config, 0), "threshold", filled(out, config, settings.real("init_threshold")));
    }

    @Override
    protected Loss loss(DenseSae sae, Settings settings) throws RefractException {
        return new JumpReluLoss(settings);
    }
}

package org.refract.sae.batchtopk;

import ai.djl.ndarray.NDArray;
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
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SelectionVariant;
import org.refract.engine.tensor.Tensors;

/**
 * BatchTopK: while it trains, the k·B largest latents of a batch of B samples are active; afterwards those above the threshold that training
 * left. The defaults are SAELens'; {@code rescale_acts_by_decoder_norm=false auxk=dictionary_learning auxk_coefficient=0.03125
 * decoder_constraint=unit init_threshold=-1 threshold_start_step=1000 b_dec_init=geometric_median} is dictionary_learning's.
 */
@Component(service = SaeVariant.class)
public final class BatchTopKVariant extends SelectionVariant {

    /** The one variant. */
    public BatchTopKVariant() {
        super(SaeForm.BATCHTOPK, List.of(new Hyperparameter("rescale_acts_by_decoder_norm", Kind.FLAG, "true", "true or false",
                Optional.of("SAELens, saes/batchtopk_sae.py"))));
    }

    @Override
    public String description() {
        return "z = the k·B largest of ReLU(W_enc (x − b_dec) + b_enc) in a batch of B, later those > threshold; Bussmann et al. 2024, BatchTopK";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        return Map.of("b_enc", filled(out, config, 0), "threshold", Tensors.of(out, new double[] {settings.real("init_threshold")}));
    }
}

package org.refract.sae.ksparse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SelectionVariant;

/**
 * k active latents per sample, with the options of SAELens (normalisation, latents in units of decoder norms), sparsify (GroupMax) and
 * dictionary_learning: {@code auxk=dictionary_learning auxk_coefficient=0.03125 decoder_constraint=unit b_dec_init=geometric_median}.
 */
@Component(service = SaeVariant.class)
public final class KSparseVariant extends SelectionVariant {

    /** The one variant. */
    public KSparseVariant() {
        super(SaeForm.KSPARSE, List.of());
    }

    @Override
    public String description() {
        return "z = the k largest (topk, ReLU), largest in magnitude (abstopk) or largest of k groups (groupmax) of W_enc (x − b_dec) + b_enc;"
                + " Makhzani and Frey 2013, k-sparse autoencoders";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        return Map.of("b_enc", filled(out, config, 0));
    }
}

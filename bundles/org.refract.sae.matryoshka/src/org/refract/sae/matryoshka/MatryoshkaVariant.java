package org.refract.sae.matryoshka;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
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
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SelectionVariant;
import org.refract.engine.tensor.Tensors;

/**
 * BatchTopK whose first latents reconstruct the input alone: {@code groups} nested prefixes, each twice as long as the one before, and the sum of
 * their squared errors (SAELens), or with {@code group_loss=mean} dictionary_learning's mean of means.
 */
@Component(service = SaeVariant.class)
public final class MatryoshkaVariant extends SelectionVariant {

    private static final Optional<String> SAELENS = Optional.of("SAELens, saes/matryoshka_batchtopk_sae.py");

    /** The one variant. */
    public MatryoshkaVariant() {
        super(SaeForm.MATRYOSHKA, List.of(
                new Hyperparameter("rescale_acts_by_decoder_norm", Kind.FLAG, "true", "true or false", SAELENS),
                new Hyperparameter("groups", Kind.INTEGER, "5", Interval.from(1).saying(": prefixes of n/2^(groups-1), ..., n/2, n latents"),
                        Optional.of("Bussmann et al. 2025, Learning multi-level features with Matryoshka SAEs")),
                new Hyperparameter("group_loss", Kind.CHOICE, "sum", "sum|mean", SAELENS)));
    }

    @Override
    public String description() {
        return "BatchTopK whose nested prefixes of latents each reconstruct x; Bussmann et al. 2025, Learning multi-level features with Matryoshka SAEs";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) throws RefractException {
        long groups = settings.integer("groups");
        if (groups < 1 || groups > 62 || config.latents() >> groups - 1 < 1) {
            throw RefractException.usage("%d latents cannot be halved into %d groups: choose fewer groups.", config.latents(), groups);
        }
        long[] sizes = new long[(int) groups];
        long before = 0;
        for (int i = 0; i < sizes.length; i++) {
            long width = config.latents() >> sizes.length - 1 - i;
            sizes[i] = width - before;
            before = width;
        }
        return Map.of("b_enc", filled(out, config, 0), "threshold", Tensors.of(out, new double[] {settings.real("init_threshold")}), "group_sizes",
                Tensors.of(out, sizes, sizes.length));
    }

    @Override
    protected long[] widths(DenseSae sae) throws RefractException {
        long[] widths = Tensors.longs(sae.tensors().get("group_sizes"));
        Arrays.parallelPrefix(widths, Long::sum);
        if (widths.length == 0 || widths[widths.length - 1] != sae.config().latents() || Arrays.stream(widths).distinct().count() < widths.length || widths[0] < 1) {
            throw RefractException.usage("The group_sizes of this autoencoder do not divide its %d latents.", sae.config().latents());
        }
        return widths;
    }

    @Override
    protected double[] weights(long[] widths, Settings settings) {
        double[] weights = new double[widths.length];
        Arrays.fill(weights, settings.text("group_loss").equals("sum") ? 1 : 1.0 / ((long) widths.length * widths.length));
        return weights;
    }
}

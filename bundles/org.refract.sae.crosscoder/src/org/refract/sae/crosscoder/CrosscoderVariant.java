package org.refract.sae.crosscoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
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
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Loss;
import org.refract.engine.sae.Products;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.SparseRule;
import org.refract.engine.sae.SparseRule.Points;
import org.refract.engine.sae.SparseRule.Revival;
import org.refract.engine.sae.SparseRule.Rule;
import org.refract.engine.sae.SparseRule.Selection;
import org.refract.engine.sae.SparseRule.Threshold;
import org.refract.engine.sae.SparseTrainer;
import org.refract.engine.sae.SparseVariant;
import org.refract.engine.sae.TrainingSettings;
import org.refract.engine.tensor.Tensors;

/**
 * {@code L = Σ_p ‖x^p − (W_dec^p z + b_dec^p)‖² + λ Σ_i z_i Σ_p ‖W_dec_i^p‖}, {@code z = ReLU(Σ_p W_enc^p x^p + b_enc)}: one dictionary of
 * several hook points, or of one hook point of several models. Lindsey et al. 2024; the defaults are ckkissane's replication. With {@code
 * activation=batchtopk loss=norm b_dec_init=geometric_median decoder_init_norm=1} it is dictionary_learning's BatchTopKCrossCoder.
 */
@Component(service = SaeVariant.class)
public final class CrosscoderVariant extends PublishedVariant {

    static final KernelLibrary KERNELS = KernelLibrary.of(CrosscoderVariant.class, "crosscoder.ts.py", Loss.SHARED);

    private static final Optional<String> LINDSEY = Optional.of("Lindsey et al. 2024, Sparse crosscoders for cross-layer features and model diffing");
    private static final Optional<String> KISSANE = Optional.of("ckkissane/crosscoder-model-diff-replication, train.py");
    private static final Optional<String> FINETUNING = Optional.of("science-of-finetuning/dictionary_learning, trainers/crosscoder.py");

    /** Latents are measured in units of decoder norms, which single precision has to hold. */
    private static final double LEAST_NORM = 1e-6;

    /** The one variant. */
    public CrosscoderVariant() {
        super(SaeForm.CROSSCODER, joined(SparseVariant.ANNEALING, List.of(
                new Hyperparameter("activation", Kind.CHOICE, "relu", "relu|batchtopk", LINDSEY),
                new Hyperparameter("loss", Kind.CHOICE, "squared", "squared|norm", LINDSEY),
                new Hyperparameter("l1_coefficient", Kind.REAL, "2", Interval.NOT_NEGATIVE.saying("; with relu"), KISSANE),
                new Hyperparameter("k", Kind.REAL, "100", Interval.POSITIVE.saying(", the active latents per sample on average; with batchtopk"), FINETUNING),
                new Hyperparameter("auxk_coefficient", Kind.REAL, "0.03125", Interval.NOT_NEGATIVE.saying("; with batchtopk"), FINETUNING),
                new Hyperparameter("threshold_beta", Kind.REAL, "0.999", Interval.fromToBelow(0, 1).saying("; with batchtopk"), FINETUNING),
                new Hyperparameter("threshold_start_step", Kind.INTEGER, "1000", Interval.from(-1).saying(", the step after which the threshold follows"), FINETUNING),
                new Hyperparameter("decoder_init_norm", Kind.REAL, "0.08", Interval.from(LEAST_NORM).saying(", of each hook point's part"), KISSANE))));
    }

    @Override
    public String description() {
        return "z = ReLU(Σ_p W_enc^p x^p + b_enc), x̂^p = W_dec^p z + b_dec^p, L1 by the sum of decoder norms; Lindsey et al. 2024, Crosscoders";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("b_enc", filled(out, config, 0));
        if (settings.text("activation").equals("batchtopk")) {
            tensors.put("threshold", Tensors.of(out, new double[] {-1}));
        }
        return tensors;
    }

    /** Each point's part of a decoder row has {@code decoder_init_norm}; a geometric median is that of each point. */
    @Override
    protected void fit(NDManager out, Map<String, NDArray> tensors, Settings settings, NDArray inputs, NDArray targets) {
        long points = settings.integer("points");
        NDArray rows = KERNELS.call(out, "scaled_parts", tensors.get("W_dec"), points, settings.real("decoder_init_norm"));
        tensors.put("W_dec", rows);
        tensors.put("W_enc", KERNELS.call(out, "transposed", rows));
        if (settings.text("b_dec_init").equals("geometric_median")) {
            NDList medians = new NDList();
            for (long p = 0; p < points; p++) {
                medians.add(geometricMedian(out, KERNELS.call(out, "part", targets, points, p)));
            }
            tensors.put("b_dec", KERNELS.call(out, "joined", medians));
        }
    }

    /** With {@code batchtopk}: the latents with the largest {@code z_i Σ_p ‖W_dec_i^p‖} of a batch, and the loss that revives dead ones. */
    @Override
    protected Optional<Selected> selected(DenseSae sae, Settings settings, TrainingSettings training) throws RefractException {
        if (settings.text("activation").equals("relu")) {
            return Optional.empty();
        }
        settings.within("k", Double.MIN_NORMAL, sae.config().latents());
        if (!settings.flag("rescale_acts_by_decoder_norm")) {
            throw RefractException.usage("A crosscoder selects latents in units of decoder norms: batchtopk needs rescale_acts_by_decoder_norm=true.");
        }
        boolean lengths = settings.text("loss").equals("norm");
        int points = Math.toIntExact(settings.integer("points"));
        Revival revival = new Revival(Rule.DICTIONARY_LEARNING, Math.max(sae.config().outputWidth() / points / 2, 1), settings.real("auxk_coefficient"),
                training.deadTokens());
        SparseRule rule = new SparseRule(Selection.BATCHTOPK, settings.real("k"), settings.real("k_start"), settings.integer("k_anneal_steps"),
                settings.flag("apply_b_dec_to_input"), true, Products.of(settings), new long[] {sae.config().latents()},
                new double[] {1}, 0, revival, 0, new Threshold(true, false, settings.real("threshold_beta"), settings.integer("threshold_start_step")),
                new Points(points, lengths));
        return Optional.of(new Selected(rule, new SparseTrainer.Names(List.of(CrosscoderLoss.reconstruction(lengths)), "auxiliary_reconstruction_loss")));
    }

    @Override
    protected Loss loss(DenseSae sae, Settings settings) throws RefractException {
        return new CrosscoderLoss(settings);
    }
}

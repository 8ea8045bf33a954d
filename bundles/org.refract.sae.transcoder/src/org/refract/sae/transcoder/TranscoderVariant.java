package org.refract.sae.transcoder;

import ai.djl.ndarray.NDArray;
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
import org.refract.engine.sae.Products;
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
 * {@code ŷ = W_dec z + b_dec + W_skip x}, {@code z = TopK_k(ReLU(W_enc x + b_enc))}: from what a module reads to what it writes; without
 * {@code skip} there is no W_skip. {@code L = Σ ‖y − ŷ‖² / V + auxk_alpha min(dead / (e/2), 1) Σ ‖W_dec z_dead + b_dec − (y − ŷ)‖² / V},
 * {@code V = Σ ‖y − mean y‖²} of the batch, z_dead the e/2 largest of the dead latents, through which only W_dec and b_dec learn. As
 * EleutherAI/sparsify trains them with Adam; Paulo et al. 2025.
 */
@Component(service = SaeVariant.class)
public final class TranscoderVariant extends SparseVariant {

    private static final KernelLibrary KERNELS = KernelLibrary.of(TranscoderVariant.class, "transcoder.ts.py");
    private static final Optional<String> SPARSIFY = Optional.of("EleutherAI/sparsify, trainer.py");
    private static final Optional<String> PAPER = Optional.of("Paulo et al. 2025, Transcoders beat sparse autoencoders for interpretability");

    /** The root mean square norm of a row that torch.nn.Linear draws, √(1/3). */
    private static final String LINEAR = "0.5773502691896258";

    /** The one variant. */
    public TranscoderVariant() {
        super(SaeForm.TRANSCODER, List.of(
                new Hyperparameter("skip", Kind.FLAG, "true", "true or false", PAPER),
                new Hyperparameter("auxk_alpha", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying(", such as 0.03125"), SPARSIFY),
                new Hyperparameter("lr", Kind.REAL, "2e-4", Interval.POSITIVE.saying("; for n latents 2e-4/√(n/16384)"), SPARSIFY),
                new Hyperparameter("clip", Kind.REAL, "0", Interval.NOT_NEGATIVE.saying("; 0 clips nothing"), SPARSIFY),
                new Hyperparameter("decoder_init_norm", Kind.REAL, LINEAR, Interval.POSITIVE.saying(", of the encoder here"), SPARSIFY)));
    }

    @Override
    public String description() {
        return "ŷ = W_dec z + b_dec + W_skip x, z = the k largest of ReLU(W_enc x + b_enc); Paulo et al. 2025, skip transcoders";
    }

    @Override
    protected Map<String, NDArray> begin(NDManager out, SaeConfig config, Settings settings) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("b_enc", filled(out, config, 0));
        tensors.put("W_dec", Tensors.zeros(out, config.latents(), config.outputWidth()));
        if (settings.flag("skip")) {
            tensors.put("W_skip", Tensors.zeros(out, config.outputWidth(), config.width()));
        }
        return tensors;
    }

    /** Pre-activations are centred and the output's bias is its mean, so that before any step the mean is predicted. */
    @Override
    protected void fit(NDManager out, Map<String, NDArray> tensors, Settings settings, NDArray inputs, NDArray targets) {
        tensors.put("b_enc", KERNELS.call(out, "centring", inputs, tensors.get("W_enc")));
        tensors.put("b_dec", KERNELS.call(out, "mean", targets));
    }

    @Override
    protected SparseTrainer.Names names(DenseSae sae) {
        return new SparseTrainer.Names(List.of("fvu"), "auxk_loss");
    }

    @Override
    protected SparseRule rule(DenseSae sae, Settings settings, TrainingSettings training) throws RefractException {
        Selection selection = settings.text("activation").equals("groupmax") ? Selection.GROUPMAX : Selection.TOPK;
        double alpha = settings.real("auxk_alpha");
        Revival revival = new Revival(alpha > 0 ? Rule.SPARSIFY : Rule.NONE, Math.max(sae.config().outputWidth() / 2, 1), alpha, training.deadTokens());
        return new SparseRule(selection, settings.integer("k"), settings.real("k_start"), settings.integer("k_anneal_steps"), false, false,
                Products.of(settings), new long[] {sae.config().latents()}, new double[] {1}, SparseRule.UNEXPLAINED, revival, 0,
                Threshold.NONE, Points.ONE);
    }
}

package org.refract.sae.transcoder;

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
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Objective;
import org.refract.engine.sae.PublishedVariant;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.sae.TrainingSettings;
import org.refract.engine.tensor.Tensors;

/**
 * {@code ŷ = W_dec z + b_dec + W_skip x}, {@code z = TopK_k(ReLU(W_enc x + b_enc))}: from what a module reads to what it writes; without
 * {@code skip} there is no W_skip. As EleutherAI/sparsify trains them with Adam; Paulo et al. 2025.
 */
@Component(service = SaeVariant.class)
public final class TranscoderVariant extends PublishedVariant {

    private static final KernelLibrary KERNELS = KernelLibrary.of(TranscoderVariant.class, "transcoder.ts.py");
    private static final Optional<String> SPARSIFY = Optional.of("EleutherAI/sparsify, trainer.py");
    private static final Optional<String> PAPER = Optional.of("Paulo et al. 2025, Transcoders beat sparse autoencoders for interpretability");

    /** The root mean square norm of a row that torch.nn.Linear draws, √(1/3). */
    private static final String LINEAR = "0.5773502691896258";

    /** The one variant. */
    public TranscoderVariant() {
        super(SaeForm.TRANSCODER, List.of(
                new Hyperparameter("skip", Kind.FLAG, "true", "true or false", PAPER),
                new Hyperparameter("auxk_alpha", Kind.REAL, "0", "a number that is not negative, such as 0.03125", SPARSIFY),
                new Hyperparameter("lr", Kind.REAL, "2e-4", "a positive number; for n latents 2e-4/√(n/16384)", SPARSIFY),
                new Hyperparameter("clip", Kind.REAL, "0", "a number that is not negative; 0 clips nothing", SPARSIFY),
                new Hyperparameter("decoder_init_norm", Kind.REAL, LINEAR, "a positive number, of the encoder here", SPARSIFY)));
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
    protected Objective objective(DenseSae sae, Settings settings) throws RefractException {
        TrainingSettings.within(settings, "auxk_alpha", 0, Double.MAX_VALUE);
        boolean groups = settings.text("activation").equals("groupmax");
        boolean skip = sae.tensors().containsKey("W_skip");
        return new Objective() {
            @Override
            public List<String> parameters() {
                return skip ? List.of("W_enc", "W_dec", "b_enc", "b_dec", "W_skip") : List.of("W_enc", "W_dec", "b_enc", "b_dec");
            }

            @Override
            public List<String> terms() {
                return List.of("fvu", "auxk_loss");
            }

            @Override
            public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
                return KERNELS.callTraining(out, "evaluate", x, target, given, groups, settings.integer("k"), settings.real("auxk_alpha"), step.since(),
                        settings.integer("dead_tokens"));
            }
        };
    }
}

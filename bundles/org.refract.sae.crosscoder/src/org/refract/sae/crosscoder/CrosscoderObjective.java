package org.refract.sae.crosscoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.Objective;
import org.refract.engine.sae.TrainingSettings;

/** The errors of all hook points together, and the L1 penalty or, for k latents per sample, the auxiliary loss that revives dead ones. */
final class CrosscoderObjective implements Objective {

    private final Settings settings;
    private final boolean selects;
    private final boolean lengths;

    CrosscoderObjective(DenseSae sae, Settings settings) throws RefractException {
        this.settings = settings;
        this.selects = settings.text("activation").equals("batchtopk");
        this.lengths = settings.text("loss").equals("norm");
        TrainingSettings.within(settings, "l1_coefficient", 0, Double.MAX_VALUE);
        TrainingSettings.within(settings, "auxk_coefficient", 0, Double.MAX_VALUE);
        TrainingSettings.within(settings, "threshold_beta", 0, Math.nextDown(1.0));
        if (selects) {
            TrainingSettings.within(settings, "k", Double.MIN_NORMAL, sae.config().latents());
            if (!settings.flag("rescale_acts_by_decoder_norm")) {
                throw RefractException.usage("A crosscoder selects latents in units of decoder norms: batchtopk needs rescale_acts_by_decoder_norm=true.");
            }
        }
    }

    @Override
    public List<String> parameters() {
        return List.of("W_enc", "W_dec", "b_enc", "b_dec");
    }

    @Override
    public List<String> terms() {
        return List.of(lengths ? "l2_loss" : "mse_loss", "l1_loss", "auxiliary_reconstruction_loss");
    }

    @Override
    public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
        long number = selects ? Math.max(1, (long) (settings.real("k") * x.getShape().get(0))) : 0;
        return CrosscoderVariant.KERNELS.callTraining(out, "evaluate", x, target, given, settings.integer("points"), lengths,
                settings.real("l1_coefficient") * step.sparsity(), number, settings.real("auxk_coefficient"), step.since(),
                settings.integer("dead_tokens"), settings.flag("rescale_acts_by_decoder_norm"), settings.flag("apply_b_dec_to_input"));
    }

    @Override
    public void follow(DenseSae sae, NDArray latents, Step step) {
        if (selects && step.number() > settings.integer("threshold_start_step")) {
            try (NDManager own = latents.getManager().newSubManager()) {
                CrosscoderVariant.KERNELS.call(own, "follow", sae.tensors().get("threshold"), latents, settings.real("threshold_beta"));
            }
        }
    }
}

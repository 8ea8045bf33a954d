package org.refract.sae.crosscoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.engine.sae.Loss;

/** The errors of all hook points together, and the L1 penalty. */
final class CrosscoderLoss implements Loss {

    private final Settings settings;
    private final boolean lengths;

    CrosscoderLoss(Settings settings) throws RefractException {
        this.settings = settings;
        this.lengths = settings.text("loss").equals("norm");
    }

    /** What the error is called. */
    static String reconstruction(boolean lengths) {
        return lengths ? "l2_loss" : "mse_loss";
    }

    @Override
    public List<String> parameters() {
        return List.of("W_enc", "W_dec", "b_enc", "b_dec");
    }

    @Override
    public List<String> terms() {
        return List.of(reconstruction(lengths), "l1_loss");
    }

    @Override
    public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
        return CrosscoderVariant.KERNELS.callTraining(out, "evaluate", x, target, given, settings.integer("points"), lengths,
                settings.real("l1_coefficient") * step.sparsity(), settings.flag("rescale_acts_by_decoder_norm"), settings.flag("apply_b_dec_to_input"));
    }
}

package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.engine.kernel.KernelLibrary;

/**
 * The loss of autoencoders that keep a fixed number of latents, per sample or per batch: squared errors of one or several nested
 * reconstructions and the auxiliary loss that revives dead latents.
 */
public final class SelectionObjective implements Objective {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SelectionObjective.class, "selection.ts.py");
    private static final Optional<String> DICTIONARY_LEARNING = Optional.of("saprmarks/dictionary_learning, trainers/batch_top_k.py");
    private static final Optional<String> SAELENS = Optional.of("SAELens, saes/topk_sae.py");

    /** What a person may set. */
    public static final List<Hyperparameter> HYPERPARAMETERS = List.of(
            new Hyperparameter("auxk", Kind.CHOICE, "saelens", "none|saelens|dictionary_learning", SAELENS),
            new Hyperparameter("auxk_coefficient", Kind.REAL, "1", "a number that is not negative", SAELENS),
            new Hyperparameter("threshold_beta", Kind.REAL, "0.99", "a number from 0 to below 1", Optional.of("SAELens, saes/batchtopk_sae.py")),
            new Hyperparameter("threshold_start_step", Kind.INTEGER, "-1", "the step after which the threshold follows", DICTIONARY_LEARNING),
            new Hyperparameter("init_threshold", Kind.REAL, "0", "a number; below 0 the first activations set it", DICTIONARY_LEARNING));

    private static final List<String> SELECTIONS = List.of("topk", "abstopk", "groupmax");
    private static final int BATCH = 3;

    private final Settings settings;
    private final int selection;
    private final long[] widths;
    private final double[] weights;

    /**
     * @param widths  how many latents each nested reconstruction has, ascending; the last is all
     * @param weights of their squared errors
     */
    public SelectionObjective(DenseSae sae, Settings settings, long[] widths, double[] weights) throws RefractException {
        this.settings = settings;
        this.selection = sae.form() == SaeForm.KSPARSE ? SELECTIONS.indexOf(settings.text("activation")) : BATCH;
        this.widths = widths;
        this.weights = weights;
        TrainingSettings.within(settings, "threshold_beta", 0, Math.nextDown(1.0));
        TrainingSettings.within(settings, "k", Double.MIN_NORMAL, sae.config().latents());
    }

    @Override
    public List<String> parameters() {
        return List.of("W_enc", "W_dec", "b_enc", "b_dec");
    }

    @Override
    public List<String> terms() {
        List<String> names = new ArrayList<>();
        for (long width : Arrays.copyOf(widths, widths.length - 1)) {
            names.add("inner_mse_loss_" + width);
        }
        names.addAll(List.of("mse_loss", "auxiliary_reconstruction_loss"));
        return List.copyOf(names);
    }

    @Override
    public NDList evaluate(NDManager out, NDArray x, NDArray target, NDList given, Step step) {
        double k = settings.real("k");
        long count = selection == BATCH ? Math.max(1, (long) (k * x.getShape().get(0))) : (long) k;
        int rule = List.of("none", "saelens", "dictionary_learning").indexOf(settings.text("auxk"));
        return KERNELS.callTraining(out, "evaluate", x, target, given, selection, count, widths, weights, settings.flag("rescale_acts_by_decoder_norm"),
                settings.flag("apply_b_dec_to_input"), rule, settings.real("auxk_coefficient"), step.since(), settings.integer("dead_tokens"));
    }

    @Override
    public void follow(DenseSae sae, NDArray latents, Step step) {
        NDArray threshold = sae.tensors().get("threshold");
        if (threshold != null && step.number() > settings.integer("threshold_start_step")) {
            try (NDManager own = latents.getManager().newSubManager()) {
                KERNELS.call(own, "follow", threshold, latents, selection != BATCH, settings.real("threshold_beta"));
            }
        }
    }
}

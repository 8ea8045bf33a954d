package org.refract.engine.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.tensor.Tensors;

/**
 * Whether an SAE reconstructs the activations that it is said to be of, and if it does so badly, which other reading of the same weights
 * would do it well: another normalisation, the bias subtracted or not, latents in units of decoder norms, a dropped threshold, a transposed or
 * unnormalised matrix. A checkpoint that was read wrongly reconstructs badly without any other sign.
 *
 * @param explainedVariance 1 − ‖x − x̂‖² / ‖x − mean(x)‖² over all samples, of the SAE as it is said to be
 * @param l0                active latents per sample
 * @param better            what would reconstruct far better, if something would
 */
public record ReconstructionCheck(double explainedVariance, double l0, Optional<Reading> better) {

    /** A published SAE explains more; below this it is none of these activations. */
    private static final double LEAST = 0.2;

    /** Another reading is named if it leaves less than this share of the error, */
    private static final double FAR_BETTER = 0.5;

    /** and explains this much more of the variance: half of a small error is small, and no sign of a mistake. */
    private static final double MUCH = 0.05;

    /** Thresholds cut off what is small, which costs variance; only if they leave less than this are they in other units than the latents. */
    private static final double CUT_OFF = 0.5;

    /**
     * Another reading of the same weights.
     *
     * @param words             what would have to be different
     * @param explainedVariance with it
     */
    public record Reading(String words, double explainedVariance) {
    }

    /**
     * Tries a checkpoint, as it was read and otherwise.
     *
     * @param samples (samples, width) float32, some hundred activations of its hook point
     * @throws RefractException if the checkpoint's tensors do not fit its config, or the samples its width
     */
    public static ReconstructionCheck of(Checkpoint checkpoint, NDArray samples) throws RefractException {
        try (NDManager step = samples.getManager().newSubManager()) {
            Checkpoint said = TopKNames.published(checkpoint, step);
            SaeConfig config = said.config();
            if (config.outputWidth() != config.width() || config.settings().flag("transcode")) {
                throw RefractException.usage("A transcoder writes another site than it reads, so one recording cannot check it.");
            }
            if (samples.getShape().dimension() != 2 || samples.getShape().get(1) != config.width()) {
                throw RefractException.usage("The activations have shape %s, but the autoencoder's width is %d.", samples.getShape(), config.width());
            }
            double l0;
            double explained;
            try (DenseSae sae = DenseSae.restore(config, said.tensors(), Placement.CPU)) {
                explained = explained(sae, samples, step);
                l0 = active(sae, samples, step);
            }
            Optional<Reading> best = Optional.empty();
            for (Map.Entry<String, Checkpoint> other : readings(said, explained < CUT_OFF, step).entrySet()) {
                try (DenseSae sae = DenseSae.restore(other.getValue().config(), other.getValue().tensors(), Placement.CPU)) {
                    double variance = explained(sae, samples, step);
                    boolean better = 1 - variance < FAR_BETTER * (1 - explained) && variance > explained + MUCH;
                    if (better && variance > best.map(Reading::explainedVariance).orElse(LEAST)) {
                        best = Optional.of(new Reading(other.getKey(), variance));
                    }
                }
            }
            return new ReconstructionCheck(explained, l0, best);
        }
    }

    /**
     * Refuses an SAE that another reading would far better, or that reconstructs nothing.
     *
     * @param where what the sentence calls the checkpoint
     */
    public void require(String where) throws RefractException {
        if (better.isPresent()) {
            throw RefractException.usage("%s explains %.1f %% of the variance of these activations, but %.1f %% if %s: its description is wrong.", where,
                    100 * explainedVariance, 100 * better.get().explainedVariance(), better.get().words());
        }
        if (!(explainedVariance >= LEAST)) {
            throw RefractException.usage("%s explains %.1f %% of the variance of these activations: it belongs to another model or hook point, or they were scaled.",
                    where, 100 * explainedVariance);
        }
    }

    private static Map<String, Checkpoint> readings(Checkpoint said, boolean cutOff, NDManager out) throws RefractException {
        Map<String, Checkpoint> readings = new LinkedHashMap<>();
        String now = said.config().settings().text("normalize_activations");
        for (String normalisation : new String[] {"none", "layer_norm", "constant_norm_rescale"}) {
            if (!normalisation.equals(now)) {
                readings.put("normalize_activations is " + normalisation, with(said, "normalize_activations", normalisation));
            }
        }
        for (String flag : new String[] {"apply_b_dec_to_input", "rescale_acts_by_decoder_norm"}) {
            if (flag.startsWith("rescale") && !SaeForm.find(said.config().variant()).orElseThrow().rescales()) {
                continue;
            }
            boolean other = !said.config().settings().flag(flag);
            readings.put(flag + " is " + other, with(said, flag, String.valueOf(other)));
        }
        if (cutOff && said.config().variant().equals("jumprelu")) {
            Map<String, NDArray> tensors = new LinkedHashMap<>(said.tensors());
            tensors.remove("threshold");
            SaeConfig config = said.config();
            readings.put("its threshold is left out", new Checkpoint(new SaeConfig("relu", config.width(), config.outputWidth(), config.latents(),
                    config.settings()), tensors, said.provenance()));
        }
        Map<String, NDArray> unit = new LinkedHashMap<>(said.tensors());
        unit.put("W_dec", DictionaryTrainer.KERNELS.call(out, "scaled_rows", Weights.floats(out, unit.get("W_dec")), 1.0));
        readings.put("the rows of its decoder are normalised", new Checkpoint(said.config(), unit, said.provenance()));
        if (said.config().width() == said.config().latents()) {
            for (String name : new String[] {"W_enc", "W_dec"}) {
                Map<String, NDArray> tensors = new LinkedHashMap<>(said.tensors());
                tensors.put(name, Weights.transposed(out, tensors.get(name)));
                readings.put(name + " is transposed", new Checkpoint(said.config(), tensors, said.provenance()));
            }
        }
        return readings;
    }

    private static Checkpoint with(Checkpoint said, String setting, String value) throws RefractException {
        SaeForm form = SaeForm.find(said.config().variant()).orElseThrow();
        return new Checkpoint(form.with(said.config(), setting, value), said.tensors(), said.provenance());
    }

    private static double explained(DenseSae sae, NDArray x, NDManager out) {
        try (NDManager step = out.newSubManager()) {
            double error = Tensors.scalar(Weights.KERNELS.call(step, "squares", x, sae.reconstruct(x)));
            double total = Tensors.scalar(Weights.KERNELS.call(step, "variance", x));
            return 1 - error / total;
        }
    }

    private static double active(DenseSae sae, NDArray x, NDManager out) {
        try (SparseCodes codes = sae.encode(x); NDManager step = out.newSubManager()) {
            return Tensors.scalar(Weights.KERNELS.call(step, "active", codes.values())) / x.getShape().get(0);
        }
    }
}

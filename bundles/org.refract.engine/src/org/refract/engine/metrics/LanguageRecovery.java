package org.refract.engine.metrics;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.LanguageModel;
import org.refract.api.sae.Sae;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * What a language model loses when a hook point's value is replaced by its reconstruction, against zeros: cross entropy of the next token and
 * KL(original ‖ changed), means over all tokens. Names are those of SAELens, evals.py; {@code ce_loss_score} is dictionary_learning's
 * {@code frac_recovered}.
 *
 * @param texts what is read, one after the other
 * @param longest tokens of a text that are used
 */
public record LanguageRecovery(List<String> texts, int longest) {

    /**
     * Reads every text three times. Call on the model's device thread.
     *
     * @return {@code ce_loss_without_sae}, {@code ce_loss_with_sae}, {@code ce_loss_with_ablation}, {@code ce_loss_score} = (ablation − sae) /
     *     (ablation − without), {@code kl_div_with_sae}, {@code kl_div_with_ablation}, {@code kl_div_score} = (ablation − sae) / ablation
     * @throws RefractException if the model has no such hook point, or no text has two tokens
     */
    public Map<String, Double> of(LanguageModel model, HookPoint point, Sae sae, Monitor monitor) throws RefractException {
        model.require(point);
        monitor.stage("Reading with reconstructions", texts.size());
        double[] entropy = new double[3];
        double[] divergence = new double[3];
        long predicted = 0;
        long positions = 0;
        for (String text : texts) {
            monitor.checkpoint();
            long[] tokens = model.tokenize(text);
            tokens = tokens.length > longest ? Arrays.copyOf(tokens, longest) : tokens;
            if (tokens.length > 1) {
                try (Scope scope = Scope.open(model.placement())) {
                    NDArray ids = Tensors.of(scope.manager(), tokens, 1, tokens.length);
                    NDArray original = model.logits(tokens, List.of(), scope.manager());
                    NDArray[] logits = {original, model.logits(tokens, List.of(new ReconstructionHook(point, sae)), scope.manager()),
                        model.logits(tokens, List.of(ReconstructionHook.zero(point)), scope.manager())};
                    for (int i = 0; i < logits.length; i++) {
                        entropy[i] += Tensors.scalar(ReconstructionHook.KERNELS.call(scope, "cross_entropy", logits[i], ids));
                        divergence[i] += Tensors.scalar(ReconstructionHook.KERNELS.call(scope, "divergence", original, logits[i]));
                    }
                }
                predicted += tokens.length - 1;
                positions += tokens.length;
            }
            monitor.advance(1);
        }
        if (predicted == 0) {
            throw RefractException.usage("There is no text of at least two tokens to measure the loss on.");
        }
        Map<String, Double> found = new LinkedHashMap<>();
        found.put("ce_loss_without_sae", entropy[0] / predicted);
        found.put("ce_loss_with_sae", entropy[1] / predicted);
        found.put("ce_loss_with_ablation", entropy[2] / predicted);
        found.put("ce_loss_score", (entropy[2] - entropy[1]) / (entropy[2] - entropy[0]));
        found.put("kl_div_with_sae", divergence[1] / positions);
        found.put("kl_div_with_ablation", divergence[2] / positions);
        found.put("kl_div_score", (divergence[2] - divergence[1]) / divergence[2]);
        return found;
    }
}

package org.refract.engine.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** A dictionary that reconstructs everything loses nothing, one that reconstructs nothing loses what zeros lose. */
class RecoveryTest {

    /** x̂ = scale·x by one latent for each channel and sign, in an order of its own. */
    static Sae signs(int width, float scale, int shift) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            int latents = 2 * width;
            float[] encoder = new float[width * latents];
            float[] decoder = new float[latents * width];
            for (int f = 0; f < latents; f++) {
                int place = (f + shift) % latents;
                encoder[f % width * latents + place] = f < width ? 1 : -1;
                decoder[place * width + f % width] = f < width ? scale : -scale;
            }
            var tensors = new HashMap<>(Map.of("W_enc", Tensors.of(scope.manager(), encoder, width, latents), "W_dec",
                    Tensors.of(scope.manager(), decoder, latents, width), "b_enc", Tensors.zeros(scope.manager(), latents), "b_dec",
                    Tensors.zeros(scope.manager(), width)));
            return DenseSae.restore(SaeForm.RELU.config(width, width, latents, Map.of()), tensors, Placement.CPU);
        }
    }

    @Test
    void aLanguageModelLosesWhatTheDictionaryLoses() throws Exception {
        TinyLanguageModel model = new TinyLanguageModel();
        LanguageRecovery recovery = new LanguageRecovery(List.of("hello there", "x", "general kenobi"), 9);
        try (Sae whole = signs(TinyLanguageModel.WIDTH, 1, 0); Sae half = signs(TinyLanguageModel.WIDTH, 0.5f, 0);
                Sae none = signs(TinyLanguageModel.WIDTH, 0, 0)) {
            Map<String, Double> kept = recovery.of(model, TinyLanguageModel.POINT, whole, Monitor.silent());
            assertEquals(kept.get("ce_loss_without_sae"), kept.get("ce_loss_with_sae"), 1e-6);
            assertEquals(1, kept.get("ce_loss_score"), 1e-5);
            assertEquals(1, kept.get("kl_div_score"), 1e-5);
            Map<String, Double> lost = recovery.of(model, TinyLanguageModel.POINT, none, Monitor.silent());
            assertEquals(0, lost.get("ce_loss_score"), 1e-5);
            assertEquals(0, lost.get("kl_div_score"), 1e-5);
            assertEquals(Math.log(TinyLanguageModel.TOKENS), lost.get("ce_loss_with_ablation"), 1e-5);
            double between = recovery.of(model, TinyLanguageModel.POINT, half, Monitor.silent()).get("kl_div_score");
            assertTrue(between > 0.1 && between < 0.99, "half of the update is recovered to " + between);
        }
    }

    /** Cross entropy and divergence against plain Java. */
    @Test
    void theLossesAreThoseOfTheFormulas() throws Exception {
        TinyLanguageModel model = new TinyLanguageModel();
        try (Sae half = signs(TinyLanguageModel.WIDTH, 0.5f, 3)) {
            Map<String, Double> found = new LanguageRecovery(List.of("abcd"), 9).of(model, TinyLanguageModel.POINT, half, Monitor.silent());
            long[] tokens = model.tokenize("abcd");
            double entropy = 0;
            double divergence = 0;
            for (int t = 0; t < tokens.length; t++) {
                double[] p = model.probabilities(tokens[t], 1);
                double[] q = model.probabilities(tokens[t], 0.5);
                for (int i = 0; i < p.length; i++) {
                    divergence += p[i] * Math.log(p[i] / q[i]) / tokens.length;
                }
                entropy -= t + 1 < tokens.length ? Math.log(q[(int) tokens[t + 1]]) / (tokens.length - 1) : 0;
            }
            assertEquals(entropy, found.get("ce_loss_with_sae"), 1e-5);
            assertEquals(divergence, found.get("kl_div_with_sae"), 1e-5);
        }
    }

    @Test
    void aTextWithoutANextTokenSaysNothing() throws Exception {
        try (Sae sae = signs(TinyLanguageModel.WIDTH, 1, 0)) {
            assertThrows(RefractException.class,
                    () -> new LanguageRecovery(List.of("x"), 9).of(new TinyLanguageModel(), TinyLanguageModel.POINT, sae, Monitor.silent()));
        }
    }

    @Test
    void dictionariesInAnotherOrderAreTheSameAndRandomOnesAreNot() throws Exception {
        try (Sae one = signs(8, 1, 0); Sae other = signs(8, 3, 5); Sae random = random(8, 24, 1)) {
            SeedStability same = SeedStability.of(one, other, Placement.CPU);
            assertEquals(1, same.matched(), 1e-6);
            assertEquals(1, same.shared(), 1e-6);
            assertEquals(1, same.meanMaxCosine(), 1e-6);
            SeedStability different = SeedStability.of(random, one, Placement.CPU);
            assertEquals(16, different.cosines().length);
            assertTrue(different.matched() < 0.8 && different.shared() < 0.8, different.toString());
        }
    }

    private static Sae random(int width, int latents, long seed) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            var tensors = new HashMap<>(Map.of("W_enc", Tensors.zeros(scope.manager(), width, latents), "W_dec",
                    Tensors.of(scope.manager(), new TorchRandom(seed).randn(latents * width), latents, width), "b_enc", Tensors.zeros(scope.manager(), latents),
                    "b_dec", Tensors.zeros(scope.manager(), width)));
            return DenseSae.restore(SaeForm.RELU.config(width, width, latents, Map.of()), tensors, Placement.CPU);
        }
    }
}

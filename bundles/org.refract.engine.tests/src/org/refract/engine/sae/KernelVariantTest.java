package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.Hyperparameter;
import org.refract.api.Hyperparameter.Kind;
import org.refract.api.Interval;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.kernel.KernelException;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.tck.VariantCheck;

/** What a variant of one kernel text gets from the engine. */
class KernelVariantTest {

    /** z = softplus(·) exp(gain), a form that no published checkpoint has. */
    private static class Cauchy extends KernelVariant {

        Cauchy(String resource) {
            super("cauchy", KernelVariantTest.class, resource, List.of("mse", "log_penalty"), List.of(
                    new Hyperparameter("weight", Kind.REAL, "0.01", Interval.NOT_NEGATIVE, Optional.empty()),
                    new Hyperparameter("squared", Kind.FLAG, "true", "true or false", Optional.empty()),
                    new Hyperparameter("decoder_init_norm", Kind.REAL, "1", Interval.POSITIVE, Optional.empty())));
        }

        @Override
        public String description() {
            return "z = softplus(W_enc (x − b_dec) + b_enc) exp(gain), a bounded penalty";
        }

        @Override
        protected double initial(String name, Settings settings) {
            return name.equals("b_enc") ? -1 : 0;
        }
    }

    private final KernelVariant variant = new Cauchy("cauchy.ts.py");

    @Test
    void gradientsAreSlopes() throws Exception {
        assertEquals(List.of(), VariantCheck.slopes(variant, Map.of("weight", "0.3")));
        assertEquals(List.of(), VariantCheck.slopes(variant, Map.of("weight", "0.3", "squared", "false")));
    }

    @Test
    void aResumedTrainingEndsWithTheSameBits() throws Exception {
        assertEquals(List.of(), VariantCheck.resumed(variant, VariantCheck.SHARED_PARTS));
    }

    @Test
    void itLearnsAndSaysSo() throws Exception {
        Map<String, Double> metrics = VariantCheck.learnt(variant, Map.of("lr", "0.01", "weight", "0.001"), 150);
        assertTrue(metrics.get("explained_variance") > 0.8 && metrics.get("mse") < metrics.get("first.mse") / 2, metrics::toString);
        assertTrue(metrics.keySet().containsAll(List.of("mse", "log_penalty", "total", "l0", "dead", "lr", "grad_norm")), metrics::toString);
    }

    @Test
    void badSettingsAndDataAreRefused() throws Exception {
        assertEquals(List.of(), VariantCheck.accepted(variant, Map.of()));
        assertThrows(RefractException.class, () -> VariantCheck.config(variant, 4, 8, Map.of("weight", "-1")));
        assertThrows(RefractException.class, () -> VariantCheck.config(variant, 4, 8, Map.of("rescale_acts_by_decoder_norm", "true")));
    }

    @Test
    void whatItEncodesIsWhatItsKernelSays() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray x = Tensors.of(scope.manager(), new TorchRandom(2).randn(12), 3, 4);
            try (Sae sae = variant.create(VariantCheck.config(variant, 4, 8, Map.of()), x, 3, Placement.CPU); SparseCodes codes = sae.encode(x)) {
                assertEquals(List.of("W_dec", "W_enc", "b_dec", "b_enc", "gain"), sae.tensors().keySet().stream().sorted().toList());
                float[] encoder = Tensors.floats(sae.tensors().get("W_enc"));
                float[] samples = Tensors.floats(x);
                double[] expected = new double[24];
                for (int i = 0; i < expected.length; i++) {
                    double pre = -1;
                    for (int d = 0; d < 4; d++) {
                        pre += (double) samples[i / 8 * 4 + d] * encoder[d * 8 + i % 8];
                    }
                    expected[i] = Math.log1p(Math.exp(pre));
                }
                assertArrayEquals(expected, Tensors.doubles(codes.values()), 1e-5);
            }
        }
    }

    @Test
    void aTextThatAsksForWhatThereIsNotIsRefusedWhenItIsMade() {
        String said = assertThrows(KernelException.class, () -> new Cauchy("broken.ts.py")).getMessage();
        assertTrue(said.contains("'unheard_of'"), said);
    }
}

package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** A checkpoint that is described wrongly is found out by what it reconstructs, and the mistake is named. */
final class ReconstructionCheckTest {

    private static final int D = 25;

    /** A dictionary of D directions that are the axes, its exact encoder, and samples of three active ones each around a mean. */
    private static Checkpoint exact(Scope scope, SaeForm form, Map<String, String> settings, float scale) throws RefractException {
        float[] encoder = new float[D * D];
        float[] decoder = new float[D * D];
        int[] turned = new int[D];
        for (int i = 0; i < D; i++) {
            turned[i] = (i * 7 + 3) % D;
        }
        for (int i = 0; i < D; i++) {
            encoder[turned[i] * D + i] = 1 / scale;
            decoder[i * D + turned[i]] = scale;
        }
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("W_enc", Tensors.of(scope.manager(), encoder, D, D));
        tensors.put("W_dec", Tensors.of(scope.manager(), decoder, D, D));
        tensors.put("b_enc", Tensors.zeros(scope.manager(), D));
        tensors.put("b_dec", scope.manager().full(new Shape(D), 2f));
        if (form == SaeForm.JUMPRELU) {
            tensors.put("threshold", scope.manager().full(new Shape(D), 0.3f));
        }
        return new Checkpoint(form.config(D, D, D, settings), tensors, Optional.empty());
    }

    private static NDArray samples(Scope scope, float mean) {
        TorchRandom random = new TorchRandom(11);
        float[] values = new float[200 * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = mean;
        }
        for (int i = 0; i < 200; i++) {
            for (int j = 0; j < 3; j++) {
                float[] draw = random.rand(2);
                values[i * D + (int) (draw[0] * D)] += 1 + draw[1];
            }
        }
        return Tensors.of(scope.manager(), values, 200, D);
    }

    @Test
    void anSaeOfTheseActivationsIsBelieved() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            ReconstructionCheck check = ReconstructionCheck.of(exact(scope, SaeForm.RELU, Map.of(), 1), samples(scope, 2));
            assertTrue(check.explainedVariance() > 0.999, check.toString());
            assertTrue(check.l0() > 2 && check.l0() <= 3, check.toString());
            check.require("it");
        }
    }

    @Test
    void aWrongNormalisationIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            named(exact(scope, SaeForm.RELU, Map.of("normalize_activations", "layer_norm"), 1), samples(scope, 2), "normalize_activations is none");
        }
    }

    @Test
    void aBiasThatShouldBeSubtractedIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            named(exact(scope, SaeForm.RELU, Map.of("apply_b_dec_to_input", "false"), 1), samples(scope, 2), "apply_b_dec_to_input is true");
        }
    }

    /** Of an orthonormal square dictionary, both matrices transposed are a dictionary too, so either may be the wrong one. */
    @Test
    void aTransposedDecoderIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint right = exact(scope, SaeForm.RELU, Map.of(), 1);
            Map<String, NDArray> tensors = new LinkedHashMap<>(right.tensors());
            tensors.put("W_dec", Weights.transposed(scope.manager(), tensors.get("W_dec")));
            ReconstructionCheck check = ReconstructionCheck.of(new Checkpoint(right.config(), tensors, Optional.empty()), samples(scope, 2));
            assertTrue(check.better().orElseThrow().words().matches("W_(enc|dec) is transposed"), check.toString());
        }
    }

    @Test
    void anUnnormalisedDecoderIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint right = exact(scope, SaeForm.RELU, Map.of(), 1);
            Map<String, NDArray> tensors = new LinkedHashMap<>(right.tensors());
            tensors.put("W_dec", tensors.get("W_dec").mul(3));
            named(new Checkpoint(right.config(), tensors, Optional.empty()), samples(scope, 2), "the rows of its decoder are normalised");
        }
    }

    @Test
    void aThresholdInOtherUnitsIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint right = exact(scope, SaeForm.JUMPRELU, Map.of(), 1);
            ReconstructionCheck.of(right, samples(scope, 2)).require("it");
            Map<String, NDArray> tensors = new LinkedHashMap<>(right.tensors());
            tensors.put("threshold", tensors.get("threshold").mul(100));
            named(new Checkpoint(right.config(), tensors, Optional.empty()), samples(scope, 2), "its threshold is left out");
        }
    }

    /** Thresholds that cut off what is small are what JumpReLU is for, though it costs variance. */
    @Test
    void thresholdsThatCutOffWhatIsSmallAreBelieved() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint right = exact(scope, SaeForm.JUMPRELU, Map.of(), 1);
            for (float threshold : new float[] {0.3f, 1.2f}) {
                Map<String, NDArray> tensors = new LinkedHashMap<>(right.tensors());
                tensors.put("threshold", scope.manager().full(new Shape(D), threshold));
                ReconstructionCheck check = ReconstructionCheck.of(new Checkpoint(right.config(), tensors, Optional.empty()), samples(scope, 2));
                assertTrue(threshold < 1 ? check.explainedVariance() > 0.999 : check.explainedVariance() < 0.98, check.toString());
                check.require("it");
            }
        }
    }

    /** What leaves a thousandth of the variance is right, though another reading leaves a tenth of that. */
    @Test
    void ofTwoReadingsThatAreBothGoodNoneIsNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint right = exact(scope, SaeForm.RELU, Map.of(), 1);
            Map<String, NDArray> tensors = new LinkedHashMap<>(right.tensors());
            tensors.put("W_dec", tensors.get("W_dec").mul(1.1f));
            ReconstructionCheck check = ReconstructionCheck.of(new Checkpoint(right.config(), tensors, Optional.empty()), samples(scope, 2));
            assertTrue(check.explainedVariance() > 0.95 && check.explainedVariance() < 0.999, check.toString());
            check.require("it");
        }
    }

    @Test
    void anSaeOfOtherActivationsIsRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            Checkpoint right = exact(scope, SaeForm.RELU, Map.of(), 1);
            NDArray other = Tensors.of(scope.manager(), new TorchRandom(5).randn(200 * D), 200, D).mul(0.1f);
            RefractException refused = assertThrows(RefractException.class, () -> ReconstructionCheck.of(right, other).require("it"));
            assertTrue(refused.getMessage().contains("another model or hook point"), refused.getMessage());
            assertThrows(RefractException.class, () -> ReconstructionCheck.of(right, Tensors.zeros(scope.manager(), 4, D + 1)));
        }
    }

    private static void named(Checkpoint wrong, NDArray samples, String words) throws RefractException {
        ReconstructionCheck check = ReconstructionCheck.of(wrong, samples);
        assertEquals(words, check.better().orElseThrow(() -> new AssertionError(check.toString())).words(), check.toString());
        RefractException refused = assertThrows(RefractException.class, () -> check.require("it"));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }
}

package org.refract.sae.topk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

class InitialisationTest {

    private final TopKVariant variant = new TopKVariant();

    private SaeConfig config(int width, int latents, Map<String, String> settings) throws RefractException {
        return new SaeConfig("topk", width, width, latents, Settings.of(variant.hyperparameters(), settings));
    }

    /** {@code torch.manual_seed(7); torch.nn.Linear(4, 3, bias=False).weight}, PyTorch 2.13. */
    @Test
    void theEncoderIsDrawnAsTorchDrawsALinearLayer() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new float[] {1, 2, 3, 4, 3, 4, 5, 6}, 2, 4);
            try (Sae sae = variant.create(config(4, 3, Map.of("k", "2")), samples, 7, Placement.CPU)) {
                float[] expected = {0.0349225402f, -0.301196814f, 0.159211695f, 0.156890273f, -0.267238438f, -0.0749385953f,
                    -0.292913973f, 0.129736364f, -0.134683847f, 0.351268351f, 0.354943156f, 0.0509352088f};
                assertArrayEquals(expected, Tensors.floats(sae.tensors().get("encoder.weight")), 1e-7f);
                float[] rows = Tensors.floats(sae.decoder());
                for (int f = 0; f < 3; f++) {
                    double norm = 0;
                    double dot = 0;
                    double length = 0;
                    for (int c = 0; c < 4; c++) {
                        norm += rows[4 * f + c] * rows[4 * f + c];
                        dot += rows[4 * f + c] * expected[4 * f + c];
                        length += expected[4 * f + c] * expected[4 * f + c];
                    }
                    assertEquals(1, norm, 1e-6);
                    assertEquals(Math.sqrt(length), dot, 1e-6);
                }
            }
        }
    }

    /** Of three corners of a triangle with angles below 120° it is the Fermat point; an outlier does not move it far. */
    @Test
    void thePreBiasIsTheGeometricMedian() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float height = (float) Math.sqrt(3) / 2;
            NDArray triangle = Tensors.of(scope.manager(), new float[] {0, 0, 1, 0, 0.5f, height}, 3, 2);
            try (Sae sae = variant.create(config(2, 4, Map.of("k", "2")), triangle, 0, Placement.CPU)) {
                assertArrayEquals(new float[] {0.5f, height / 3}, Tensors.floats(sae.tensors().get("pre_bias")), 1e-5f);
            }
            NDArray outlier = Tensors.of(scope.manager(), new float[] {0, 0, 0, 2, 2, 0, 2, 2, 1, 1, 1000, 1000}, 6, 2);
            try (Sae sae = variant.create(config(2, 4, Map.of("k", "2")), outlier, 0, Placement.CPU)) {
                for (float c : Tensors.floats(sae.tensors().get("pre_bias"))) {
                    assertEquals(1, c, 0.5);
                }
            }
        }
    }

    @Test
    void impossibleSettingsAreRefusedByName() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new float[] {1, 2, 3, 4}, 2, 2);
            for (String setting : new String[] {"k=0", "k=17", "auxk=0", "lr=0", "lr=-1", "beta1=1", "eps=0", "auxk_coef=-1", "dead_tokens=0"}) {
                String[] parts = setting.split("=");
                RefractException e = assertThrows(RefractException.class,
                        () -> variant.create(config(2, 16, Map.of(parts[0], parts[1])), samples, 0, Placement.CPU), setting);
                assertTrue(e.getMessage().contains("'" + parts[0] + "'"), e.getMessage());
            }
            RefractException width = assertThrows(RefractException.class,
                    () -> variant.create(config(3, 8, Map.of("k", "1")), samples, 0, Placement.CPU));
            assertTrue(width.getMessage().contains("width is 3"), width.getMessage());
        }
    }

    @Test
    void activationsFromWhichNothingCanBeLearntAreRefused() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray equal = Tensors.of(scope.manager(), new float[] {1, 2, 1, 2}, 2, 2);
            try (Sae sae = variant.create(config(2, 4, Map.of("k", "1")), equal, 0, Placement.CPU)) {
                assertTrue(assertThrows(RefractException.class, () -> variant.trainer(sae, equal, 2)).getMessage().contains("variance"));
            }
            for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                NDArray samples = Tensors.of(scope.manager(), new float[] {value, 2, value, 2}, 2, 2);
                assertTrue(assertThrows(RefractException.class, () -> variant.create(config(2, 4, Map.of("k", "1")), samples, 0, Placement.CPU)).getMessage()
                        .contains("NaN or infinite"));
            }
        }
    }

    @Test
    void weightsOfAnotherShapeAreRefusedByName() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), new float[] {1, 2, 3, 4}, 2, 2);
            try (Sae sae = variant.create(config(2, 4, Map.of("k", "1")), samples, 0, Placement.CPU)) {
                RefractException shape = assertThrows(RefractException.class,
                        () -> variant.restore(config(2, 5, Map.of("k", "1")), sae.tensors(), Placement.CPU));
                assertTrue(shape.getMessage().contains("'encoder.weight'"), shape.getMessage());
                RefractException missing = assertThrows(RefractException.class,
                        () -> variant.restore(config(2, 4, Map.of("k", "1")), Map.of("pre_bias", samples), Placement.CPU));
                assertTrue(missing.getMessage().contains("missing"), missing.getMessage());
            }
        }
    }
}

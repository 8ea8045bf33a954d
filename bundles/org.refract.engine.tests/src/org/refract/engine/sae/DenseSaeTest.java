package org.refract.engine.sae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.engine.tensor.TorchType;

/** What holds for every published form. */
final class DenseSaeTest {

    private static Map<String, NDArray> random(Scope scope, SaeForm form, SaeConfig config) {
        TorchRandom random = new TorchRandom(2);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        form.required(config).forEach((name, shape) -> {
            if (name.equals("group_sizes")) {
                tensors.put(name, Tensors.of(scope.manager(), new long[] {4, 8}));
            } else {
                int size = 1;
                for (long dimension : shape) {
                    size *= (int) dimension;
                }
                tensors.put(name, Tensors.of(scope.manager(), random.randn(size), shape));
            }
        });
        return tensors;
    }

    @Test
    void aDictionaryOfMillionsIsEncodedInTiles() throws Exception {
        int latents = 1 << 22;
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] encoder = new float[latents];
            float[] bias = new float[latents];
            bias[5] = 1;
            bias[4_000_000] = 2;
            encoder[7] = 1;
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("W_enc", Tensors.of(scope.manager(), encoder, 1, latents));
            tensors.put("W_dec", Tensors.zeros(scope.manager(), latents, 1));
            tensors.put("b_enc", Tensors.of(scope.manager(), bias));
            tensors.put("b_dec", Tensors.zeros(scope.manager(), 1));
            try (DenseSae sae = DenseSae.restore(SaeForm.RELU.config(1, 1, latents, Map.of()), tensors, Placement.CPU)) {
                SparseCodes codes = sae.encode(Tensors.of(scope.manager(), new float[] {0, 0, 0, 0, 3}, 5, 1));
                assertEquals(3, codes.slots());
                long[] indices = Tensors.longs(codes.indices());
                float[] values = Tensors.floats(codes.values());
                assertArrayEquals(new float[] {1, 2, 0}, Arrays.copyOf(values, 3));
                assertArrayEquals(new long[] {5, 7, 4_000_000}, Arrays.copyOfRange(indices, 12, 15));
                assertArrayEquals(new float[] {1, 3, 2}, Arrays.copyOfRange(values, 12, 15));
            }
        }
    }

    @Test
    void decodingTheCodesIsReconstructingWhereNothingNeedsTheSample() throws Exception {
        for (SaeForm form : SaeForm.published()) {
            try (Scope scope = Scope.open(Placement.CPU)) {
                SaeConfig config = form.config(6, 6, 12, form == SaeForm.KSPARSE || form == SaeForm.TRANSCODER ? Map.of("k", "3") : Map.of());
                try (DenseSae sae = DenseSae.restore(config, random(scope, form, config), Placement.CPU)) {
                    NDArray x = Tensors.of(scope.manager(), new TorchRandom(3).randn(30), 5, 6);
                    float[] decoded = Tensors.floats(sae.decode(sae.encode(x)));
                    assertArrayEquals(decoded, Tensors.floats(sae.reconstruct(x)), form.id());
                    assertEquals(config.latents(), sae.decoder().getShape().get(0));
                }
            }
        }
    }

    @Test
    void encodingKeepsNoTensorBehind() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            SaeConfig config = SaeForm.KSPARSE.config(6, 6, 12, Map.of("k", "3", "normalize_activations", "layer_norm", "rescale_acts_by_decoder_norm", "true"));
            try (DenseSae sae = DenseSae.restore(config, random(scope, SaeForm.KSPARSE, config), Placement.CPU); Scope step = scope.child()) {
                NDArray x = Tensors.of(step.manager(), new TorchRandom(3).randn(30), 5, 6);
                int before = step.liveTensors();
                sae.reconstruct(x).close();
                sae.encode(x).close();
                assertEquals(before, step.liveTensors());
                int own = sae.scope().liveTensors();
                sae.decoder();
                sae.decoder();
                assertEquals(own + 1, sae.scope().liveTensors());
            }
        }
    }

    @Test
    void everyMissingTensorIsNamed() throws Exception {
        for (SaeForm form : SaeForm.published()) {
            try (Scope scope = Scope.open(Placement.CPU)) {
                SaeConfig config = form.config(6, 6, 12, form == SaeForm.KSPARSE || form == SaeForm.TRANSCODER ? Map.of("k", "3") : Map.of());
                for (String name : form.required(config).keySet()) {
                    Map<String, NDArray> tensors = random(scope, form, config);
                    tensors.remove(name);
                    RefractException refused = assertThrows(RefractException.class, () -> DenseSae.restore(config, tensors, Placement.CPU));
                    assertTrue(refused.getMessage().contains("lacks '" + name + "'"), refused.getMessage());
                }
            }
        }
    }

    @Test
    void weightsThatAreNoNumbersWithAFractionAreNamed() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU)) {
            SaeConfig config = SaeForm.JUMPRELU.config(4, 4, 12, Map.of());
            Map<String, NDArray> tensors = random(scope, SaeForm.JUMPRELU, config);
            for (String name : tensors.keySet()) {
                for (TorchType type : new TorchType[] {TorchType.INT64, TorchType.INT8, TorchType.BOOL}) {
                    Map<String, NDArray> whole = new LinkedHashMap<>(tensors);
                    whole.put(name, DTypes.cast(scope.manager(), tensors.get(name), type));
                    String said = assertThrows(RefractException.class, () -> DenseSae.restore(config, whole, Placement.CPU)).getMessage();
                    assertTrue(said.contains("'" + name + "' of " + type), said);
                }
                Map<String, NDArray> diverged = new LinkedHashMap<>(tensors);
                diverged.put(name, tensors.get(name).mul(Float.POSITIVE_INFINITY));
                String said = assertThrows(RefractException.class, () -> DenseSae.restore(config, diverged, Placement.CPU)).getMessage();
                assertTrue(said.contains("NaN or infinite numbers in '" + name + "'"), said);
            }
        }
    }
}

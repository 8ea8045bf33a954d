package org.refract.format.sparsify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The ways to choose and to normalise that releases of sparsify, sae and SAeUron know are computed as they compute them, or refused by name. */
final class SparsifyReadingTest {

    private static final int WIDTH = 5;
    private static final int LATENTS = 7;
    private static final int K = 3;

    private final SparsifyFormat format = new SparsifyFormat();
    private final TorchRandom random = new TorchRandom(9);
    private final float[] encoder = random.randn(WIDTH * LATENTS);
    private final float[] decoder = random.randn(WIDTH * LATENTS);
    private final float[] encoderBias = random.randn(LATENTS);
    private final float[] decoderBias = random.randn(WIDTH);
    private final float[] x = random.randn(6 * WIDTH);

    @TempDir
    private Path folder;
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open(Placement.CPU);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private void write(String more) throws Exception {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("encoder.weight", Tensors.of(scope.manager(), encoder, LATENTS, WIDTH));
        tensors.put("encoder.bias", Tensors.of(scope.manager(), encoderBias));
        tensors.put("W_dec", Tensors.of(scope.manager(), decoder, LATENTS, WIDTH));
        tensors.put("b_dec", Tensors.of(scope.manager(), decoderBias));
        SafeTensorsWriter.write(folder.resolve("sae.safetensors"), Map.of(), tensors);
        Files.writeString(folder.resolve("cfg.json"),
                "{\"d_in\": 5, \"num_latents\": 7, \"k\": 3, \"normalize_decoder\": false, \"expansion_factor\": 32%s}".formatted(more));
    }

    /** The k largest (of the magnitude, with their sign), else with ReLU, of samples that are normalised or not. */
    private double[] expected(boolean signed, boolean unit) {
        double[] y = new double[x.length];
        for (int s = 0; s < x.length / WIDTH; s++) {
            double[] sample = new double[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                sample[i] = x[s * WIDTH + i];
            }
            double mean = unit ? Arrays.stream(sample).average().getAsDouble() : 0;
            double deviation = unit ? Math.sqrt(Arrays.stream(sample).map(v -> (v - mean) * (v - mean)).sum() / (WIDTH - 1)) : 1;
            double[] latents = new double[LATENTS];
            for (int f = 0; f < LATENTS; f++) {
                latents[f] = encoderBias[f];
                for (int i = 0; i < WIDTH; i++) {
                    latents[f] += ((sample[i] - mean) / (unit ? deviation + 1e-5 : 1) - decoderBias[i]) * encoder[f * WIDTH + i];
                }
                latents[f] = signed ? latents[f] : Math.max(latents[f], 0);
            }
            List<Integer> kept = IntStream.range(0, LATENTS).boxed().sorted(Comparator.comparingDouble(f -> -Math.abs(latents[f]))).limit(K).toList();
            for (int i = 0; i < WIDTH; i++) {
                double out = decoderBias[i];
                for (int f : kept) {
                    out += latents[f] * decoder[f * WIDTH + i];
                }
                y[s * WIDTH + i] = out * deviation + mean;
            }
        }
        return y;
    }

    private Checkpoint computes(double[] expected) throws RefractException {
        Checkpoint read = format.read(folder, scope.manager());
        try (DenseSae sae = DenseSae.restore(read.config(), read.tensors(), Placement.CPU)) {
            assertArrayEquals(expected, Tensors.doubles(sae.reconstruct(Tensors.of(scope.manager(), x, x.length / WIDTH, WIDTH))), 1e-4);
        }
        return read;
    }

    private String refusal() {
        return assertThrows(RefractException.class, () -> format.read(folder, scope.manager())).getMessage();
    }

    @Test
    void signedChoosesByMagnitudeAndKeepsTheSign() throws Exception {
        write(", \"signed\": true");
        computes(expected(true, false));
        write(", \"signed\": false");
        computes(expected(false, false));
    }

    @Test
    void inputUnitNormNormalisesTheSampleAndScalesTheOutputBack() throws Exception {
        write(", \"input_unit_norm\": true, \"sample_topk\": false, \"multi_topk\": false");
        assertEquals(List.of(), computes(expected(false, true)).notes());
        write(", \"input_unit_norm\": true, \"batch_topk\": true");
        assertTrue(computes(expected(false, true)).notes().getFirst().contains("batch_topk"));
    }

    @Test
    void whatCannotBeComputedHereIsRefusedByName() throws Exception {
        for (String field : List.of("\"sample_topk\": true", "\"embed_skip\": true", "\"gram_lookup\": true", "\"temperature\": 1")) {
            write(", " + field);
            assertTrue(refusal().contains(field.substring(1, field.indexOf('"', 1))), refusal());
        }
        write(", \"signed\": true, \"activation\": \"groupmax\"");
        assertTrue(refusal().contains("'signed'"), refusal());
    }

    /** sparsify would read signed codes and normalised inputs as plain ones. */
    @Test
    void whatSparsifyItselfNoLongerKnowsIsNotWritten() throws Exception {
        for (String field : List.of("\"signed\": true", "\"input_unit_norm\": true")) {
            write(", " + field);
            Checkpoint read = format.read(folder, scope.manager());
            assertThrows(RefractException.class, () -> format.write(read, folder.resolve("out")));
        }
    }
}

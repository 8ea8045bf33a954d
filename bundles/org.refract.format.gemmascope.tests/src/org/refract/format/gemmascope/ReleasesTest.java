package org.refract.format.gemmascope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.file.NpzWriter;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** The files of Gemma Scope's embedding SAEs and of Gemma Scope 2 are read as they are meant. */
final class ReleasesTest {

    private static final int WIDTH = 4;
    private static final int LATENTS = 6;

    private final GemmaScopeFormat format = new GemmaScopeFormat();
    private final TorchRandom random = new TorchRandom(3);
    private final float[] encoder = random.randn(WIDTH * LATENTS);
    private final float[] encoderBias = random.randn(LATENTS);
    private final float[] threshold = random.rand(LATENTS);
    private final float[] x = random.randn(5 * WIDTH);

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

    private Map<String, NDArray> tensors(String w, float[] decoder, float[] decoderBias) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put(w + "_enc", Tensors.of(scope.manager(), encoder, WIDTH, LATENTS));
        tensors.put(w + "_dec", Tensors.of(scope.manager(), decoder, LATENTS, decoderBias.length));
        tensors.put("b_enc", Tensors.of(scope.manager(), encoderBias));
        tensors.put("b_dec", Tensors.of(scope.manager(), decoderBias));
        tensors.put("threshold", Tensors.of(scope.manager(), threshold));
        return tensors;
    }

    /** z = pre where pre = x W_enc / root + b_enc is greater than 0 and the threshold; z W_dec · root + b_dec + x skip. */
    private double[] expected(double root, float[] decoder, float[] decoderBias, float[] skip) {
        int out = decoderBias.length;
        double[] y = new double[x.length / WIDTH * out];
        for (int s = 0; s < x.length / WIDTH; s++) {
            for (int o = 0; o < out; o++) {
                y[s * out + o] = decoderBias[o];
                for (int i = 0; i < WIDTH && skip != null; i++) {
                    y[s * out + o] += x[s * WIDTH + i] * skip[i * out + o];
                }
            }
            for (int f = 0; f < LATENTS; f++) {
                double pre = encoderBias[f];
                for (int i = 0; i < WIDTH; i++) {
                    pre += x[s * WIDTH + i] / root * encoder[i * LATENTS + f];
                }
                for (int o = 0; pre > Math.max(0, threshold[f]) && o < out; o++) {
                    y[s * out + o] += pre * decoder[f * out + o] * root;
                }
            }
        }
        return y;
    }

    private void computes(Checkpoint read, double[] expected) throws RefractException {
        try (DenseSae sae = DenseSae.restore(read.config(), read.tensors(), Placement.CPU)) {
            assertArrayEquals(expected, Tensors.doubles(sae.reconstruct(Tensors.of(scope.manager(), x, x.length / WIDTH, WIDTH))), 1e-4);
        }
    }

    private Path npz(String place, Map<String, NDArray> arrays) throws Exception {
        Path there = Files.createDirectories(folder.resolve(place));
        NpzWriter.write(there.resolve("params.npz"), arrays);
        return there;
    }

    @Test
    void anEmbeddingsSaeIsOfEmbeddingsTimesTheRootOfTheWidth() throws Exception {
        float[] decoder = random.randn(WIDTH * LATENTS);
        float[] bias = random.randn(WIDTH);
        for (String w : List.of("w", "W")) {
            Map<String, NDArray> arrays = tensors(w, decoder, bias);
            arrays.put("scaling_factor", Tensors.of(scope.manager(), new float[] {1, 1, 1, 1, 1, 1}));
            Path embedding = npz("embedding/width_4k/average_l0_6", arrays);
            assertTrue(format.recognises(embedding));
            Checkpoint read = format.read(embedding, scope.manager());
            computes(read, expected(2, decoder, bias, null));
            assertTrue(read.notes().getFirst().contains("√width"), read.notes().toString());
        }
        Path layer = npz("embedding/layer_20/width_4k/average_l0_6", tensors("W", decoder, bias));
        computes(format.read(layer, scope.manager()), expected(1, decoder, bias, null));
    }

    @Test
    void factorsThatAreNotOneAreRefused() throws Exception {
        Map<String, NDArray> arrays = tensors("W", random.randn(WIDTH * LATENTS), random.randn(WIDTH));
        arrays.put("scaling_factor", Tensors.of(scope.manager(), new float[] {1, 1, 2, 1, 1, 1}));
        Path there = npz("layer_1", arrays);
        String said = assertThrows(RefractException.class, () -> format.read(there, scope.manager())).getMessage();
        assertTrue(said.contains("scaling_factor"), said);
    }

    /** A file that cannot be read is still this format's, so that what is wrong with it is said. */
    @Test
    void aDamagedFileIsKnownByItsName() throws Exception {
        Path there = Files.createDirectories(folder.resolve("layer_2"));
        Files.write(there.resolve("params.npz"), new byte[] {1, 2, 3});
        assertTrue(format.recognises(there));
        assertTrue(assertThrows(RefractException.class, () -> format.read(there, scope.manager())).getMessage().contains("npz archive"));
        Files.write(there.resolve("other.npz"), new byte[] {1, 2, 3});
        assertFalse(format.recognises(there.resolve("other.npz")));
    }

    private Path second(String place, Map<String, NDArray> tensors, String more) throws Exception {
        Path there = Files.createDirectories(folder.resolve(place));
        SafeTensorsWriter.write(there.resolve("params.safetensors"), Map.of(), tensors);
        Files.writeString(there.resolve("config.json"), "{\"architecture\": \"jump_relu\", \"model_name\": \"google/gemma-3-1b-pt\", \"width\": 6, \"l0\": 20%s}".formatted(more));
        return there;
    }

    @Test
    void anAutoencoderOfTheSecondReleaseIsRead() throws Exception {
        float[] decoder = random.randn(WIDTH * LATENTS);
        float[] bias = random.randn(WIDTH);
        Path there = second("resid_post/layer_7", tensors("w", decoder, bias),
                ", \"type\": \"sae\", \"affine_connection\": false, \"hf_hook_point_in\": \"model.layers.7.output\", \"hf_hook_point_out\": \"model.layers.7.output\"");
        assertTrue(format.recognises(there));
        Checkpoint read = format.read(there, scope.manager());
        computes(read, expected(1, decoder, bias, null));
        assertEquals("google/gemma-3-1b-pt", read.provenance().get().model());
        assertEquals("model.layers.7:output", read.provenance().get().point().toString());
        assertEquals("20", read.provenance().get().facts().get("l0"));
        format.write(read, folder.resolve("first"));
        computes(format.read(folder.resolve("first"), scope.manager()), expected(1, decoder, bias, null));
    }

    @Test
    void aTranscoderOfTheSecondReleaseAddsItsInputTimesAMatrix() throws Exception {
        float[] decoder = random.randn(3 * LATENTS);
        float[] bias = random.randn(3);
        float[] skip = random.randn(WIDTH * 3);
        Map<String, NDArray> tensors = tensors("w", decoder, bias);
        tensors.put("affine_skip_connection", Tensors.of(scope.manager(), skip, WIDTH, 3));
        String places = ", \"hf_hook_point_in\": \"model.layers.7.mlp.input\", \"hf_hook_point_out\": \"model.layers.7.mlp.output\"";
        Path there = second("transcoder/layer_7", tensors, ", \"affine_connection\": true" + places);
        Checkpoint read = format.read(there, scope.manager());
        computes(read, expected(1, decoder, bias, skip));
        assertThrows(RefractException.class, () -> format.write(read, folder.resolve("first")));
        Path without = second("transcoder/layer_8", tensors, ", \"affine_connection\": false" + places);
        assertTrue(assertThrows(RefractException.class, () -> format.read(without, scope.manager())).getMessage().contains("affine_connection"));
    }

    @Test
    void whatOfTheSecondReleaseIsNoSingleDictionaryIsNamed() throws Exception {
        Map<String, NDArray> tensors = tensors("w", random.randn(WIDTH * LATENTS), random.randn(WIDTH));
        for (String wrong : List.of("\"type\": \"crosscoder\"", "\"normalisation\": 2")) {
            Path there = second("x", tensors, ", " + wrong);
            String said = assertThrows(RefractException.class, () -> format.read(there, scope.manager())).getMessage();
            assertTrue(said.contains(wrong.substring(1, wrong.indexOf('"', 1))), said);
        }
        tensors.put("b_dec", Tensors.of(scope.manager(), random.randn(2 * WIDTH), 2, WIDTH));
        Path layers = second("y", tensors, ", \"type\": \"sae\"");
        assertTrue(assertThrows(RefractException.class, () -> format.read(layers, scope.manager())).getMessage().contains("several layers"));
        Files.delete(layers.resolve("config.json"));
        assertTrue(assertThrows(RefractException.class, () -> format.read(layers, scope.manager())).getMessage().contains("config.json"));
    }
}

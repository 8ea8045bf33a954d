package org.refract.format.saelens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.api.sae.SparseCodes;
import org.refract.engine.file.SafeTensorsWriter;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.RoundTrip;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;

/** What a SAELens folder says beside the weights is computed as SAELens computes it, or refused by name. */
final class SaeLensReadingTest {

    private static final int WIDTH = 3;
    private static final int LATENTS = 5;
    private static final String NEW = "{\"d_in\": 3, \"d_sae\": 5, \"architecture\": \"%s\", \"apply_b_dec_to_input\": %s, \"normalize_activations\": \"%s\", "
            + "\"metadata\": {\"sae_lens_version\": \"6.30.0\", \"l0\": NaN}%s}";

    private final SaeLensFormat format = new SaeLensFormat();
    private final TorchRandom random = new TorchRandom(5);
    private final float[] encoder = random.randn(WIDTH * LATENTS);
    private final float[] decoder = random.randn(WIDTH * LATENTS);
    private final float[] encoderBias = random.randn(LATENTS);
    private final float[] decoderBias = random.randn(WIDTH);
    private final float[] x = random.randn(4 * WIDTH);

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

    private void write(String cfg, Map<String, NDArray> more, String prefix) throws Exception {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put(prefix + "W_enc", Tensors.of(scope.manager(), encoder, WIDTH, LATENTS));
        tensors.put(prefix + "W_dec", Tensors.of(scope.manager(), decoder, LATENTS, WIDTH));
        tensors.put(prefix + "b_enc", Tensors.of(scope.manager(), encoderBias));
        tensors.put(prefix + "b_dec", Tensors.of(scope.manager(), decoderBias));
        tensors.putAll(more);
        Files.writeString(folder.resolve("cfg.json"), cfg);
        SafeTensorsWriter.write(folder.resolve("sae_weights.safetensors"), Map.of(), tensors);
    }

    private Checkpoint read() throws RefractException {
        return format.read(folder, scope.manager());
    }

    private String refusal() {
        return assertThrows(RefractException.class, this::read).getMessage();
    }

    /** ReLU latents above a threshold, of inputs times a factor; the reconstruction divided by it. */
    private double[] expected(double factor, boolean centred, double threshold, double[] latentFactors) {
        double[] y = new double[x.length];
        for (int s = 0; s < x.length / WIDTH; s++) {
            double[] out = new double[WIDTH];
            for (int f = 0; f < LATENTS; f++) {
                double z = encoderBias[f];
                for (int i = 0; i < WIDTH; i++) {
                    z += (x[s * WIDTH + i] * factor - (centred ? decoderBias[i] : 0)) * encoder[i * LATENTS + f];
                }
                for (int i = 0; z > threshold && i < WIDTH; i++) {
                    out[i] += z * latentFactors[f] * decoder[f * WIDTH + i];
                }
            }
            for (int i = 0; i < WIDTH; i++) {
                y[s * WIDTH + i] = (out[i] + decoderBias[i]) / factor;
            }
        }
        return y;
    }

    private void computes(Checkpoint checkpoint, double[] expected) throws RefractException {
        try (DenseSae sae = DenseSae.restore(checkpoint.config(), checkpoint.tensors(), Placement.CPU)) {
            NDArray samples = Tensors.of(scope.manager(), x, x.length / WIDTH, WIDTH);
            assertArrayEquals(expected, Tensors.doubles(sae.reconstruct(samples)), 1e-4);
        }
    }

    private static double[] ones() {
        return new double[] {1, 1, 1, 1, 1};
    }

    /** A running training's checkpoint: the factor of its inputs is not in the weights yet. */
    @Test
    void aFactorOfTheInputsBesideTheWeightsIsFoldedIn() throws Exception {
        Files.writeString(folder.resolve("activation_scaler.json"), "{\"scaling_factor\": 0.25}");
        write(NEW.formatted("jumprelu", "true", "expected_average_only_in", ""), Map.of("threshold", scope.manager().full(new Shape(LATENTS), 0.2f)), "");
        Checkpoint read = read();
        computes(read, expected(0.25, true, 0.2, ones()));
        assertEquals(List.of("the input's factor 0.25 of activation_scaler.json folded into W_enc, W_dec and b_dec"), read.notes());
        assertEquals("none", read.config().settings().text("normalize_activations"));
        Path out = folder.resolve("out");
        assertEquals(List.of(), RoundTrip.differences(format, read, out));
    }

    /** As fold_activation_norm_scaling_factor left it, or before one was measured. */
    @Test
    void withoutAFactorTheWeightsAreTakenAsTheyAre() throws Exception {
        for (String scaler : List.of("{\"scaling_factor\": null}", "{\"scaling_factor\": 1.0}")) {
            Files.writeString(folder.resolve("activation_scaler.json"), scaler);
            write(NEW.formatted("standard", "true", "none", ""), Map.of(), "");
            computes(read(), expected(1, true, 0, ones()));
            assertEquals(List.of(), read().notes());
        }
    }

    @Test
    void aFactorThatContradictsTheConfigurationIsRefused() throws Exception {
        Files.writeString(folder.resolve("activation_scaler.json"), "{\"scaling_factor\": 0.25}");
        write(NEW.formatted("standard", "true", "none", ""), Map.of(), "");
        assertTrue(refusal().contains("activation_scaler.json has the factor 0.25"), refusal());
        for (String wrong : List.of("-1", "0", "NaN", "\"x\"")) {
            Files.writeString(folder.resolve("activation_scaler.json"), "{\"scaling_factor\": " + wrong + "}");
            assertTrue(refusal().contains("'scaling_factor' should be"), refusal());
        }
    }

    /** What a transcoder writes is of another place: its input is normalised, its output is not scaled back (SAELens, saes/transcoder.py). */
    @Test
    void aTranscodersOutputIsNotScaledBack() throws Exception {
        write(NEW.formatted("transcoder", "false", "layer_norm", ", \"d_out\": 3"), Map.of(), "");
        for (int s = 0; s < x.length / WIDTH; s++) {
            double mean = 0;
            double squares = 0;
            for (int i = 0; i < WIDTH; i++) {
                mean += x[s * WIDTH + i] / WIDTH;
            }
            for (int i = 0; i < WIDTH; i++) {
                squares += Math.pow(x[s * WIDTH + i] - mean, 2) / (WIDTH - 1);
            }
            for (int i = 0; i < WIDTH; i++) {
                x[s * WIDTH + i] = (float) ((x[s * WIDTH + i] - mean) / (Math.sqrt(squares) + 1e-5));
            }
        }
        double[] ofNormalised = expected(1, false, 0, ones());
        for (int i = 0; i < x.length; i++) {
            x[i] = x[i] * 7 + 2;
        }
        computes(read(), ofNormalised);
    }

    /** z = pre where pre is above its threshold; z W_dec + b_dec + x W_skip. */
    @Test
    void aSkipTranscoderWithThresholdsIsReadAndWritten() throws Exception {
        float[] skip = random.randn(WIDTH * WIDTH);
        write(NEW.formatted("jumprelu_skip_transcoder", "false", "none", ", \"d_out\": 3"), Map.of("threshold", scope.manager().full(new Shape(LATENTS), 0.2f),
                "W_skip", Tensors.of(scope.manager(), skip, WIDTH, WIDTH)), "");
        double[] expected = expected(1, false, 0.2, ones());
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < WIDTH; j++) {
                expected[i] += skip[i % WIDTH * WIDTH + j] * x[i / WIDTH * WIDTH + j];
            }
        }
        computes(read(), expected);
        assertEquals(List.of(), RoundTrip.differences(format, read(), folder.resolve("out")));
    }

    /** After fine-tuning, SAELens multiplies the latents by a factor each before they are decoded. */
    @Test
    void factorsOfFineTuningArePartOfTheDecoder() throws Exception {
        NDArray factors = Tensors.of(scope.manager(), new float[] {1, 2, 0.5f, 1, 3});
        String flat = "{\"d_in\": 3, \"d_sae\": 5, \"finetuning_scaling_factor\": %s}";
        write(flat.formatted("true"), Map.of("scaling_factor", factors), "");
        computes(read(), expected(1, true, 0, new double[] {1, 2, 0.5, 1, 3}));
        write(flat.formatted("false"), Map.of("scaling_factor", factors), "");
        assertTrue(refusal().contains("finetuning_scaling_factor"), refusal());
        write(flat.formatted("true"), Map.of("scaling_factor", Tensors.of(scope.manager(), new float[] {1, 1, 1, 1, 1})), "");
        computes(read(), expected(1, true, 0, ones()));
        write(flat.formatted("true"), Map.of("scaling_factor", Tensors.of(scope.manager(), new float[] {1, 2})), "");
        assertTrue(refusal().contains("scaling_factor"), refusal());
    }

    /** Files of the first versions say neither the architecture nor a normalisation, which there was none of. */
    @Test
    void theOldestConfigurationsAreReadAsSaeLensReadsThem() throws Exception {
        write("""
                {"model_name": "gpt2-small", "hook_point": "blocks.0.hook_resid_pre", "hook_point_layer": 0, "hook_point_head_index": null,
                 "context_size": 128, "d_in": 3, "d_sae": 5, "dtype": "torch.float32", "device": "mps", "expansion_factor": 2,
                 "l1_coefficient": 8e-5, "lr": NaN, "use_ghost_grads": false}""", Map.of(), "");
        Checkpoint read = read();
        computes(read, expected(1, true, 0, ones()));
        assertEquals("blocks.0.hook_resid_pre", read.provenance().get().point().path());
        assertEquals("NaN", read.provenance().get().facts().get("lr"));
    }

    @Test
    void theVersionAndNotMetadataDecidesWhatAnAbsentFieldMeans() throws Exception {
        String cfg = "{\"d_in\": 3, \"d_sae\": 5%s, \"metadata\": {\"l0\": NaN, \"model_name\": \"gpt2-small\", \"hook_name\": \"blocks.0\"%s}}";
        for (String version : List.of("", ", \"sae_lens_version\": null", ", \"sae_lens_version\": \"5.11.0\"")) {
            write(cfg.formatted("", version), Map.of(), "");
            Checkpoint read = read();
            computes(read, expected(1, true, 0, ones()));
            assertEquals("blocks.0", read.provenance().get().point().path());
        }
        write(cfg.formatted(", \"normalize_activations\": null", ""), Map.of(), "");
        computes(read(), expected(1, true, 0, ones()));
        for (String version : List.of("6.0.0-rc.1", "6.30.0", "10.0")) {
            write(cfg.formatted("", ", \"sae_lens_version\": \"" + version + "\""), Map.of(), "");
            assertTrue(refusal().contains("lacks 'architecture'"), refusal());
            write(cfg.formatted(", \"sae_lens_version\": \"" + version + "\"", ""), Map.of(), "");
            assertTrue(refusal().contains("lacks 'architecture'"), refusal());
        }
        write(cfg.formatted("", ", \"sae_lens_version\": \"newest\""), Map.of(), "");
        assertTrue(refusal().contains("a version such as 6.30.0"), refusal());
    }

    @Test
    void namesOfACompiledOrDistributedModuleAreRead() throws Exception {
        write(NEW.formatted("standard", "false", "none", ""), Map.of(), "_orig_mod.");
        Checkpoint read = read();
        computes(read, expected(1, false, 0, ones()));
        assertEquals(List.of("the prefix '_orig_mod.' of its names taken off"), read.notes());
    }

    @Test
    void aFieldThatNoVersionKnowsIsRefusedByNameAndMetadataMayHoldAnything() throws Exception {
        write(NEW.formatted("standard", "true", "none", ", \"temperature\": 2"), Map.of(), "");
        assertTrue(refusal().contains("'temperature' (2)"), refusal());
        write(NEW.formatted("standard", "true", "none", ", \"uses_scaling_factor\": true"), Map.of(), "");
        assertTrue(refusal().contains("uses_scaling_factor"), refusal());
        write("{\"d_in\": 3, \"d_sae\": 5, \"activation_fn_str\": \"topk\", \"activation_fn_kwargs\": {\"k\": 2, \"signed\": true}}", Map.of(), "");
        assertTrue(refusal().contains("activation_fn_kwargs.signed"), refusal());
        write("{\"d_in\": 3, \"d_sae\": 5, \"activation_fn_str\": \"tanh-relu\"}", Map.of(), "");
        assertTrue(refusal().contains("tanh-relu"), refusal());
        write(NEW.formatted("standard", "true", "none", "").replace("\"l0\"", "\"my own\": {\"a\": 1}, \"l0\""), Map.of(), "");
        assertEquals(Optional.empty(), read().provenance());
        try (DenseSae sae = DenseSae.restore(read().config(), read().tensors(), Placement.CPU);
                SparseCodes codes = sae.encode(Tensors.of(scope.manager(), x, x.length / WIDTH, WIDTH))) {
            assertEquals(LATENTS, codes.latents());
        }
    }
}

package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.metrics.DecoderShares;
import org.refract.engine.metrics.SaeEvaluation;
import org.refract.engine.sae.DenseSae;
import org.refract.engine.sae.SaeForm;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.store.StoreWriter;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchRandom;
import org.refract.engine.tensor.TorchType;

/** Dictionaries are measured side by side; the table, the JSON and the CSV say the same. */
final class EvaluationTest {

    private static final HookPoint POINT = new HookPoint("block", Site.UPDATE);
    private static final int WIDTH = 4;

    @TempDir
    private Path folder;

    /** Files named after a number: x̂ is that number times x. */
    private static final class Scaled implements CheckpointFormat {
        @Override
        public String id() {
            return "scaled";
        }

        @Override
        public boolean recognises(Path location) {
            return location.toString().endsWith(".scaled");
        }

        @Override
        public Checkpoint read(Path location, NDManager owner) throws RefractException {
            float scale = Float.parseFloat(location.getFileName().toString().replace(".scaled", ""));
            float[] encoder = new float[WIDTH * 2 * WIDTH];
            float[] decoder = new float[2 * WIDTH * WIDTH];
            for (int c = 0; c < WIDTH; c++) {
                encoder[c * 2 * WIDTH + c] = 1;
                encoder[c * 2 * WIDTH + WIDTH + c] = -1;
                decoder[c * WIDTH + c] = scale;
                decoder[(WIDTH + c) * WIDTH + c] = -scale;
            }
            Map<String, NDArray> tensors = new HashMap<>(Map.of("W_enc", Tensors.of(owner, encoder, WIDTH, 2 * WIDTH), "W_dec",
                    Tensors.of(owner, decoder, 2 * WIDTH, WIDTH), "b_enc", Tensors.zeros(owner, 2 * WIDTH), "b_dec", Tensors.zeros(owner, WIDTH)));
            HookPoint point = scale == 7 ? new HookPoint("elsewhere", Site.UPDATE) : POINT;
            return new Checkpoint(SaeForm.RELU.config(WIDTH, WIDTH, 2 * WIDTH, Map.of()), tensors,
                    Optional.of(new Provenance("m", "sha256:m", point, scale == 8 ? Map.of("target_point", "later:update") : Map.of())));
        }

        @Override
        public void write(Checkpoint checkpoint, Path location) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Relu implements SaeVariant {
        @Override
        public String id() {
            return "relu";
        }

        @Override
        public String description() {
            return "";
        }

        @Override
        public List<Hyperparameter> hyperparameters() {
            return SaeForm.RELU.hyperparameters();
        }

        @Override
        public Sae create(SaeConfig config, NDArray samples, NDArray targets, long seed, Placement placement) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException {
            return DenseSae.restore(config, tensors, placement);
        }

        @Override
        public SaeTrainer trainer(Sae sae, NDArray samples, NDArray targets, int batch) {
            throw new UnsupportedOperationException();
        }
    }

    @BeforeEach
    void record() throws Exception {
        StoreManifest manifest = new StoreManifest(POINT, "m", "sha256:m", TorchType.FLOAT32, 1, 1, 10, WIDTH, 2, 2, Map.of());
        StoreWriter.begin(folder.resolve("store"), manifest);
        try (Scope scope = Scope.open(Placement.CPU); StoreWriter writer = StoreWriter.create(folder.resolve("store"), manifest, 0)) {
            writer.append(Tensors.of(scope.manager(), new TorchRandom(1).randn(20 * WIDTH), 20, WIDTH));
            writer.commit();
        }
        Files.createDirectories(folder.resolve("saes"));
        for (String name : List.of("training.json", "1.scaled", "0.5.scaled", "7.scaled")) {
            Files.writeString(folder.resolve("saes").resolve(name), "");
        }
    }

    private EvaluationTable measured(String seed, String... names) throws RefractException {
        List<Path> saes = List.of(names).stream().map(n -> folder.resolve("saes").resolve(n + ".scaled")).toList();
        return measured(saes, List.of(folder.resolve("saes/" + seed + ".scaled")));
    }

    private EvaluationTable measured(List<Path> saes, List<Path> seeds) throws RefractException {
        return new Evaluation(Extensions.of(new Scaled(), new Relu()), saes, Optional.empty(), List.of(folder.resolve("store")), Optional.empty(), seeds,
                new Evaluation.Options(1000, 6, 0, Placement.CPU), Optional.empty()).run(Monitor.silent());
    }

    /** Of another tool's dictionary, its activation, normalisation and biases; a format that is named reads what it does not recognise. */
    @Test
    void howAnotherToolsDictionaryWasReadIsSaid() throws Exception {
        EvaluationTable table = new Evaluation(Extensions.of(new Scaled(), new Relu()), List.of(folder.resolve("0.5")), Optional.of("scaled"),
                List.of(folder.resolve("store")), Optional.empty(), List.of(), new Evaluation.Options(1000, 6, 0, Placement.CPU), Optional.empty())
                .run(Monitor.silent());
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text, true), Integer.MAX_VALUE);
        String line = "read from scaled: ReLU, input not normalised, b_dec subtracted from the input and added to the output";
        assertTrue(text.toString().contains("0.5 " + line), text::toString);
        table.write(folder.resolve("out"));
        var json = JsonParser.parseString(Files.readString(folder.resolve("out/eval.json"))).getAsJsonObject();
        assertEquals(line, json.getAsJsonArray("dictionaries").get(0).getAsJsonObject().getAsJsonArray("reading").get(0).getAsString());
    }

    @Test
    void theTableTheJsonAndTheFilesSayTheSame() throws Exception {
        EvaluationTable table = measured("0.5", "1", "0.5");
        assertEquals(1, table.values().get(0).get("frac_variance_explained"), 1e-9);
        assertEquals(0.75, table.values().get(1).get("frac_variance_explained"), 1e-6);
        assertEquals(0.25, table.values().get(1).get("normalized_mse.openai"), 1e-6);
        assertEquals(1, table.values().get(0).get("matched_cosine"), 1e-6);
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text, true), Integer.MAX_VALUE);
        assertTrue(text.toString().contains("0.7500  dictionary_learning, evaluation.py"), text::toString);
        table.write(folder.resolve("out"));
        var json = JsonParser.parseString(Files.readString(folder.resolve("out/eval.json"))).getAsJsonObject();
        assertEquals(0.75, json.getAsJsonArray("dictionaries").get(1).getAsJsonObject().getAsJsonObject("metrics").get("frac_variance_explained").getAsDouble(), 1e-6);
        List<String> csv = Files.readAllLines(folder.resolve("out/eval.csv"));
        assertEquals(1 + table.values().get(0).size(), csv.size());
        assertEquals(3, csv.get(1).split(",").length);
        assertEquals(1 + 2 * WIDTH, Files.readAllLines(folder.resolve("out/densities.csv")).size());
    }

    @Test
    void aTrainingsFolderStandsForItsDictionaries() throws Exception {
        Path saes = folder.resolve("saes");
        assertEquals(List.of("0.5.scaled", "1.scaled", "7.scaled"),
                EvaluationTable.shortNames(Evaluation.expanded(Extensions.of(new Scaled()), List.of(saes))));
        assertEquals(List.of(saes.resolve("1.scaled")),
                Evaluation.expanded(Extensions.of(new Scaled()), List.of(saes.resolve("training.json"), saes.resolve("1.scaled"))));
    }

    @Test
    void aDictionaryOfAnotherPlaceIsRefused() {
        assertTrue(assertThrows(RefractException.class, () -> measured("1", "7")).getMessage().contains("was trained at elsewhere:update"));
    }

    @Test
    void ofATrainingThoseOfTheHookPointAreMeasured() throws Exception {
        EvaluationTable table = measured(List.of(folder.resolve("saes")), List.of());
        assertEquals(List.of("0.5.scaled", "1.scaled"), EvaluationTable.shortNames(table.saes()));
        Files.delete(folder.resolve("saes/1.scaled"));
        Files.delete(folder.resolve("saes/0.5.scaled"));
        assertTrue(assertThrows(RefractException.class, () -> measured(List.of(folder.resolve("saes")), List.of())).getMessage()
                .startsWith("None of the 1 dictionaries of "));
    }

    @Test
    void onANarrowScreenTheColumnsGoOnBelow() throws Exception {
        StringWriter wide = new StringWriter();
        StringWriter narrow = new StringWriter();
        EvaluationTable table = measured("1", "1", "0.5");
        table.print(new PrintWriter(wide, true), 200);
        table.print(new PrintWriter(narrow, true), 60);
        assertEquals(1, wide.toString().lines().filter(line -> line.startsWith("mse ")).count(), wide::toString);
        assertEquals(2, narrow.toString().lines().filter(line -> line.startsWith("mse ")).count(), narrow::toString);
        assertTrue(narrow.toString().lines().skip(1).allMatch(line -> line.length() <= 63), narrow::toString);
    }

    @Test
    void theHookPointsOfACrosscoderHaveTheirSharesOfEachLatent() throws Exception {
        DecoderShares shares = new DecoderShares(List.of("a:update", "b, later:update"), new double[][] {{1, 0}, {0.25, 0.75}});
        Map<String, Double> values = new LinkedHashMap<>(Map.of("mse[a:update]", 0.5));
        values.putAll(shares.values());
        SaeEvaluation.Scores scores = new SaeEvaluation.Scores(values, new double[] {0.5, 1}, Map.of(0.1, 2), Optional.of(shares));
        EvaluationTable.Data data = new EvaluationTable.Data(List.of(Path.of("a"), Path.of("b")), Optional.empty(), List.of(POINT, POINT), 20);
        EvaluationTable table = new EvaluationTable(List.of(Path.of("cross")), List.of(List.of()), data, List.of(values), List.of(scores));
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text, true), Integer.MAX_VALUE);
        assertTrue(text.toString().contains("0.5000  sdxl-unbox, scripts/train_sae.py"), text::toString);
        assertTrue(text.toString().matches("(?s).*decoder_norm_share\\[a:update\\]\\s+0.6250.*frac_own_latents\\[a:update\\]\\s+0.5000.*"), text::toString);
        assertTrue(text.toString().matches("(?s).*a:update( +0){2} +1( +0){6} +1\\R.*"), text::toString);
        table.write(folder.resolve("out"));
        assertEquals(List.of("latent,cross a:update,\"cross b, later:update\"", "0,1.0,0.0", "1,0.25,0.75"),
                Files.readAllLines(folder.resolve("out/decoder_norm_shares.csv")));
        var json = JsonParser.parseString(Files.readString(folder.resolve("out/eval.json"))).getAsJsonObject();
        assertEquals(1, json.getAsJsonArray("dictionaries").get(0).getAsJsonObject().getAsJsonObject("decoder_norm_share_histogram")
                .getAsJsonArray("a:update").get(9).getAsInt());
    }

    @Test
    void aTranscoderIsMeasuredOnWhatItLearntToWrite() {
        assertTrue(assertThrows(RefractException.class, () -> measured("1", "8")).getMessage()
                .endsWith("8.scaled learnt to write later:update: name a store of that with --target."));
    }
}

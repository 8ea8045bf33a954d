package org.refract.nn.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.nn.ConfigFile;
import org.refract.nn.Forward;
import org.refract.nn.weights.Checkpoint;
import org.refract.nn.weights.Origin;
import org.refract.nn.weights.Spelling;

/** Language models written from the layers, against transformers and against themselves. */
class LanguageBlocksTest {

    private static final float NEAR = 1e-4f;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama_sp", "gpt2"})
    void logitsAreThoseOfTransformers(String set) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = golden(set)) {
            TinyLanguageModels.Model model = model(set, scope);
            List<String> prompts = golden.names().stream().filter(name -> name.endsWith(".input_ids")).toList();
            assertTrue(!prompts.isEmpty());
            for (String prompt : prompts) {
                NDArray ids = golden.read(prompt, scope);
                Bricks.assertNear(golden.floats(prompt.replace("input_ids", "logits")), whole(model, ids, ids.getShape().getShape(), scope), NEAR);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void piecesWithACacheGiveWhatTheWholeGives(String set) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = golden(set)) {
            TinyLanguageModels.Model model = model(set, scope);
            String prompt = golden.names().stream().filter(name -> name.endsWith(".input_ids")).findFirst().orElseThrow();
            long[] ids = golden.longs(prompt);
            float[] expected = golden.floats(prompt.replace("input_ids", "logits"));
            int vocabulary = expected.length / ids.length;
            KeyValueCache cache = KeyValueCache.in(scope.manager());
            for (int from = 0; from < ids.length; from += from == 0 ? 7 : 1) {
                int to = from == 0 ? 7 : from + 1;
                Forward run = Bricks.run(scope);
                NDArray piece = Tensors.of(scope.manager(), Arrays.copyOfRange(ids, from, to), 1, to - from);
                Span span = new Span(run, ones(scope, 1, to - from), cache);
                Bricks.assertNear(Arrays.copyOfRange(expected, from * vocabulary, to * vocabulary), model.logits(run, piece, span), NEAR);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"llama, true", "llama, false", "gpt2, true", "gpt2, false"})
    void aShortRowBesideALongOneGetsWhatItGetsAlone(String set, boolean paddedInFront) throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = golden(set)) {
            TinyLanguageModels.Model model = model(set, scope);
            long[] ids = golden.longs(golden.names().stream().filter(name -> name.endsWith(".input_ids")).findFirst().orElseThrow());
            int shorter = ids.length / 2;
            int front = paddedInFront ? ids.length - shorter : 0;
            long[] both = Arrays.copyOf(ids, 2 * ids.length);
            long[] mask = new long[2 * ids.length];
            Arrays.fill(mask, 0, ids.length, 1);
            Arrays.fill(mask, ids.length + front, ids.length + front + shorter, 1);
            System.arraycopy(ids, 0, both, ids.length + front, shorter);
            Forward run = Bricks.run(scope);
            Span span = new Span(run, Tensors.of(scope.manager(), mask, 2, ids.length), KeyValueCache.none());
            float[] found = Tensors.floats(model.logits(run, Tensors.of(scope.manager(), both, 2, ids.length), span));
            int vocabulary = found.length / both.length;
            NDArray row = Tensors.of(scope.manager(), Arrays.copyOf(ids, shorter), 1, shorter);
            float[] alone = Tensors.floats(whole(model, row, new long[] {1, shorter}, scope));
            int from = (ids.length + front) * vocabulary;
            assertArrayEquals(alone, Arrays.copyOfRange(found, from, from + shorter * vocabulary), 1e-5f);
        }
    }

    private static NDArray whole(TinyLanguageModels.Model model, NDArray ids, long[] shape, Scope scope) {
        Forward run = Bricks.run(scope);
        return model.logits(run, ids, new Span(run, ones(scope, shape), KeyValueCache.none()));
    }

    private static NDArray ones(Scope scope, long... shape) {
        long[] ones = new long[(int) (shape[0] * shape[1])];
        Arrays.fill(ones, 1);
        return Tensors.of(scope.manager(), ones, shape);
    }

    private static TinyLanguageModels.Model model(String set, Scope scope) throws Exception {
        Path folder = new Locations().reference("lm").resolve(set);
        ConfigFile config = ConfigFile.read(folder.resolve("config.json"));
        boolean gpt2 = config.text("model_type", "").equals("gpt2");
        TinyLanguageModels.Model model = gpt2 ? new TinyLanguageModels.Gpt2(config) : new TinyLanguageModels.Llama(config);
        // GPT-2's products are written (in, out), and its file holds the causal mask
        Spelling spelling = new Spelling(own -> List.of(new Origin(own, 0, 1, gpt2 && own.matches("h\\..*\\.c_\\w+\\.weight"))), "",
                name -> name.matches("h\\.\\d+\\.attn\\.bias"));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            checkpoint.fill(model, spelling, scope);
        }
        return model;
    }

    private static SafeTensors golden(String set) throws Exception {
        return SafeTensors.open(new Locations().reference("lm").resolve(set).resolve("golden.safetensors"));
    }
}

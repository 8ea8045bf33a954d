package org.refract.model.sdxl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.refract.api.RefractException;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Pass;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.tensor.Lanes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.model.sdxl.clip.TextEncoder;
import org.refract.model.sdxl.clip.TextualInversion;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.clip.TokenizerFiles;
import org.refract.model.sdxl.options.TextOptions.LongPrompts;
import org.refract.model.sdxl.options.TextOptions.Weighting;
import org.refract.model.sdxl.options.TextOptions;
import org.refract.model.sdxl.prompt.Texts;
import org.refract.model.sdxl.weights.Spellings;
import org.refract.nn.HookTable;
import org.refract.nn.weights.Checkpoint;

/** Prompts in every notation against diffusers and against the formulas of the web UI and of compel. */
class PromptEncoderTest {

    static Stream<String> cases() throws Exception {
        return all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void embeddingsEqualTheReference(String name) throws Exception {
        JsonObject one = all().getAsJsonObject(name);
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors golden = SafeTensors.open(folder().resolve("golden.safetensors"))) {
            List<Path> files = new ArrayList<>();
            for (JsonElement file : one.has("files") ? one.getAsJsonArray("files") : List.<JsonElement>of()) {
                files.add(folder().resolve(file.getAsString()));
            }
            TextOptions options = TextOptions.DEFAULT.withWeighting(Weighting.valueOf(one.get("weighting").getAsString()))
                    .withLongPrompts(LongPrompts.valueOf(one.get("long").getAsString()))
                    .withClipSkip(one.has("clip_skip") ? one.get("clip_skip").getAsInt() : 0);
            String prompt = one.get("prompt").getAsString();
            String prompt2 = one.has("prompt2") ? one.get("prompt2").getAsString() : prompt;
            try (PromptEncoder encoder = encoder(scope, files)) {
                PromptEncoder.Embedding alone = encode(encoder, scope, List.of(prompt), List.of(prompt2), options, new ArrayList<>());
                ReferenceSet.assertNear(golden, name + ".context", alone.context(), 1e-4);
                ReferenceSet.assertNear(golden, name + ".pooled", alone.pooled(), 1e-4);

                PromptEncoder.Embedding second = encode(encoder, scope, List.of("", prompt), List.of("", prompt2), options, new ArrayList<>());
                float[] both = Tensors.floats(second.context());
                float[] expected = golden.floats(name + ".context");
                assertEquals(2 * expected.length, both.length, "the empty prompt is filled up with empty windows");
                float[] last = Arrays.copyOfRange(both, expected.length, both.length);
                ReferenceSet.assertNear(name, expected, last, 1e-4);
            }
        }
    }

    @Test
    void aPlainPromptIsTheSameInEveryNotation() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); PromptEncoder encoder = encoder(scope, List.of())) {
            List<String> prompts = List.of("a red cat on a mat", "", "well-known rock'n'roll, 3 dogs");
            PromptEncoder.Embedding plain = encode(encoder, scope, prompts, prompts, TextOptions.DEFAULT, new ArrayList<>());
            for (Weighting weighting : Weighting.values()) {
                PromptEncoder.Embedding same = encode(encoder, scope, prompts, prompts, TextOptions.DEFAULT.withWeighting(weighting)
                        .withLongPrompts(LongPrompts.CHUNK), new ArrayList<>());
                assertArrayEquals(Tensors.floats(plain.context()), Tensors.floats(same.context()));
                assertArrayEquals(Tensors.floats(plain.pooled()), Tensors.floats(same.pooled()));
            }
        }
    }

    @Test
    void aNoteNamesTheWordsThatWereCutOff() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); PromptEncoder encoder = encoder(scope, List.of())) {
            String prompt = "cat ".repeat(75) + "Zebra in the snow";
            List<String> notes = new ArrayList<>();
            PromptEncoder.Embedding cut = encode(encoder, scope, List.of(prompt), List.of(prompt), TextOptions.DEFAULT, notes);
            assertEquals(1, notes.size());
            assertTrue(notes.getFirst().contains("was cut after 75 tokens"), notes.getFirst());
            assertTrue(notes.getFirst().replaceAll("\\s", "").contains("snow\"wasleftout"), notes.getFirst());
            notes.clear();
            PromptEncoder.Embedding whole = encode(encoder, scope, List.of(prompt), List.of(prompt),
                    TextOptions.DEFAULT.withLongPrompts(LongPrompts.CHUNK), notes);
            assertEquals(1, notes.size());
            assertTrue(notes.getFirst().contains("is longer than 75 tokens and is read in 2 windows"), notes.getFirst());
            assertTrue(whole.context().getShape().get(1) > cut.context().getShape().get(1));
            assertEquals(0, whole.context().getShape().get(1) % 77);
        }
    }

    @Test
    void windowsThatWereAskedForAreNoNote() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); PromptEncoder encoder = encoder(scope, List.of())) {
            List<String> prompts = List.of("a cat BREAK a dog");
            List<String> notes = new ArrayList<>();
            TextOptions options = TextOptions.DEFAULT.withWeighting(Weighting.A1111).withLongPrompts(LongPrompts.CHUNK);
            assertEquals(2 * 77, encode(encoder, scope, prompts, prompts, options, notes).context().getShape().get(1));
            assertEquals(List.of(), notes);
        }
    }

    @Test
    void aNoteNamesWhatOnlyTheWebUiKnows() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); PromptEncoder encoder = encoder(scope, List.of())) {
            List<String> prompts = List.of("a <lora:style:1> [cat:dog:0.5]");
            List<String> notes = new ArrayList<>();
            encode(encoder, scope, prompts, prompts, TextOptions.DEFAULT.withWeighting(Weighting.A1111), notes);
            assertEquals(2, notes.size());
            assertTrue(notes.getFirst().startsWith("\"<lora:style:1>\" is read as words"), notes.getFirst());
            assertTrue(notes.getLast().startsWith("\"[cat:dog:0.5]\" is read as words"), notes.getLast());
        }
    }

    @Test
    void theTextsOfTheSecondEncoderFollowTheFirstWhereNoneAreGiven() throws Exception {
        ImageRequest request = ImageRequest.of(1, 5, 64, 64).withPrompts(List.of("a", "b"), List.of(0L, 1L));
        assertEquals(List.of("n", "n", "a", "b"), Texts.of(request, List.of("n", "n")).second());
        ImageRequest other = request.with(TextOptions.DEFAULT.withPrompts2(List.of("p")).withNegativePrompts2(List.of("x", "y"))::on);
        assertEquals(List.of("x", "y", "p", "p"), Texts.of(other, List.of("n", "n")).second());
        assertEquals(List.of("p", "p"), Texts.of(other, List.of()).second());
        assertThrows(RefractException.class, () -> Texts.of(request.with(TextOptions.DEFAULT.withPrompts2(List.of("1", "2", "3"))::on), List.of()));
    }

    @Test
    void layersThatAreNotThereCannotBeSkipped() throws Exception {
        try (Scope scope = Scope.open(Placement.CPU); PromptEncoder encoder = encoder(scope, List.of())) {
            for (int skip : new int[] {-1, 100}) {
                String said = assertThrows(RefractException.class, () -> encode(encoder, scope, List.of("a"), List.of("a"),
                        TextOptions.DEFAULT.withClipSkip(skip), new ArrayList<>())).getMessage();
                assertTrue(said.contains("cannot be skipped"), said);
            }
        }
    }

    private static PromptEncoder.Embedding encode(PromptEncoder encoder, Scope scope, List<String> first, List<String> second, TextOptions options,
            List<String> notes) throws RefractException {
        return encoder.encode(new Texts(first, second, options), HookTable.EMPTY, new Pass(0, 1, 0, first.size(), false), new Notes(notes), scope.manager());
    }

    private static PromptEncoder encoder(Scope scope, List<Path> inversions) throws Exception {
        SdxlParts parts = SdxlParts.read(DiffusersFolder.open(ReferenceSet.base()));
        fill(parts.textEncoder().orElseThrow(), scope);
        fill(parts.textEncoder2(), scope);
        Tokenizer first = TokenizerFiles.read(ReferenceSet.base().resolve("tokenizer"));
        Tokenizer second = TokenizerFiles.read(ReferenceSet.base().resolve("tokenizer_2"));
        List<TextualInversion> read = new ArrayList<>();
        for (Path file : inversions) {
            TextualInversion inversion = TextualInversion.read(file);
            read.add(inversion);
            first = inversion.addTo(first, parts.textEncoder().orElseThrow(), 1, scope);
            second = inversion.addTo(second, parts.textEncoder2(), 2, scope);
        }
        return new PromptEncoder(parts, Optional.of(first), second, read, scope, new Lanes());
    }

    private static void fill(TextEncoder encoder, Scope scope) throws Exception {
        try (Checkpoint weights = Checkpoint.open(ReferenceSet.base().resolve(encoder.path()))) {
            weights.fill(encoder, Spellings.TEXT_ENCODER, scope);
        }
    }

    private static JsonObject all() throws Exception {
        return JsonParser.parseString(Files.readString(folder().resolve("cases.json"))).getAsJsonObject();
    }

    private static Path folder() throws RefractException {
        return new Locations().reference("prompts");
    }
}

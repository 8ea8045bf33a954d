package org.refract.model.sdxl.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.model.sdxl.ReferenceSet;

class TokenizerTest {

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer", "tokenizer_2"})
    void paddedTokensEqualTheReference(String name) throws Exception {
        Tokenizer tokenizer = TokenizerFiles.read(ReferenceSet.base().resolve(name));
        for (JsonElement entry : ReferenceSet.json("tokens.json").getAsJsonArray()) {
            String text = entry.getAsJsonObject().get("text").getAsString();
            JsonObject expected = entry.getAsJsonObject().getAsJsonObject(name);
            assertEquals(ids(expected.getAsJsonArray("input_ids")), Arrays.stream(tokenizer.encode(text).ids()).boxed().toList(), text);
            List<Long> whole = ids(expected.getAsJsonArray("untruncated_input_ids"));
            assertEquals(whole.subList(1, whole.size() - 1), longs(tokenizer.tokens(text)), text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer", "tokenizer_2"})
    void strangeTextsGiveTheTokensOfTheReference(String name) throws Exception {
        Tokenizer tokenizer = TokenizerFiles.read(ReferenceSet.base().resolve(name));
        for (JsonElement entry : ReferenceSet.json("tokens_fuzz.json").getAsJsonArray()) {
            String text = entry.getAsJsonObject().get("text").getAsString();
            List<Long> whole = ids(entry.getAsJsonObject().getAsJsonArray(name));
            assertEquals(whole.subList(1, whole.size() - 1), longs(tokenizer.tokens(text)), text);
            JsonElement padded = entry.getAsJsonObject().get(name + "_" + tokenizer.maxLength());
            if (padded != null && !padded.isJsonNull()) {
                assertEquals(ids(padded.getAsJsonArray()), Arrays.stream(tokenizer.encode(text).ids()).boxed().toList(), text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer", "tokenizer_2"})
    void tokenizerJsonAloneIsEnough(String name, @TempDir Path folder) throws Exception {
        Path original = ReferenceSet.base().resolve(name);
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(original.resolve(file), folder.resolve(file));
        }
        Tokenizer alone = TokenizerFiles.read(folder);
        Tokenizer both = TokenizerFiles.read(original);
        for (String text : texts()) {
            assertEquals(both.tokens(text), alone.tokens(text), text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer", "tokenizer_2"})
    void vocabularyAndMergesAloneAreEnough(String name, @TempDir Path folder) throws Exception {
        Path original = ReferenceSet.base().resolve(name);
        for (String file : List.of("vocab.json", "merges.txt", "tokenizer_config.json")) {
            Files.copy(original.resolve(file), folder.resolve(file));
        }
        Tokenizer alone = TokenizerFiles.read(folder);
        Tokenizer both = TokenizerFiles.read(original);
        for (String text : texts()) {
            assertEquals(both.tokens(text), alone.tokens(text), text);
        }
    }

    @Test
    void aPromptOfManyThousandLettersIsCutAtOnce() throws Exception {
        Tokenizer tokenizer = TokenizerFiles.read(ReferenceSet.base().resolve("tokenizer"));
        Tokenizer.Tokens tokens = tokenizer.encode("abcde".repeat(4000));
        assertEquals(tokenizer.maxLength(), tokens.ids().length);
        assertEquals(tokenizer.tokens("abcde".repeat(4000)).size(), tokens.cut() + tokenizer.maxLength() - 2);
    }

    @Test
    void everyTextHasTokensOfTheVocabulary() throws Exception {
        Tokenizer tokenizer = TokenizerFiles.read(ReferenceSet.base().resolve("tokenizer"));
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            int[] points = random.ints(random.nextInt(30), 0, random.nextBoolean() ? 0x250 : 0x11000).filter(Character::isValidCodePoint)
                    .filter(c -> c < 0xd800 || c > 0xdfff).toArray();
            String text = new String(points, 0, points.length);
            assertTrue(tokenizer.tokens(text).stream().allMatch(t -> t >= 0), text);
            assertEquals(tokenizer.maxLength(), tokenizer.encode(text).ids().length);
        }
    }

    @Test
    void anAddedTokenWithoutCharactersIsFoundNowhere(@TempDir Path folder) throws Exception {
        Path sound = ReferenceSet.base().resolve("tokenizer");
        for (String name : List.of("vocab.json", "merges.txt")) {
            Files.copy(sound.resolve(name), folder.resolve(name));
        }
        Tokenizer plain = TokenizerFiles.read(folder);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"added_tokens_decoder\": {\"1\": {\"content\": \"\"}}}");
        assertEquals(plain.tokens("a red heart"), TokenizerFiles.read(folder).tokens("a red heart"));
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) throws Exception {
        String message = assertThrows(RefractException.class, () -> TokenizerFiles.read(folder)).getMessage();
        assertTrue(message.contains(folder.toString()) && message.contains("vocab.json"), message);
        Files.copy(ReferenceSet.base().resolve("tokenizer/vocab.json"), folder.resolve("vocab.json"));
        message = assertThrows(RefractException.class, () -> TokenizerFiles.read(folder)).getMessage();
        assertTrue(message.contains("merges.txt"), message);
    }

    @Test
    void tokenizersOfOneVocabularyAreThoseOfEachFolder(@TempDir Path folder) throws Exception {
        Path original = ReferenceSet.base().resolve("tokenizer");
        Path other = Files.createDirectory(folder.resolve("other"));
        for (String file : List.of("vocab.json", "merges.txt")) {
            Files.copy(original.resolve(file), other.resolve(file));
        }
        Files.writeString(other.resolve("tokenizer_config.json"), "{\"model_max_length\": 12}");
        List<Tokenizer> both = TokenizerFiles.read(List.of(original, other));
        assertEquals(12, both.getLast().maxLength());
        for (String text : texts()) {
            assertEquals(both.getFirst().tokens(text), both.getLast().tokens(text), text);
        }
        Files.writeString(other.resolve("merges.txt"), "#version: 0.2\n");
        both = TokenizerFiles.read(List.of(original, other));
        assertTrue(both.getFirst().tokens("photograph").size() < both.getLast().tokens("photograph").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"vocab.json|{\"a\": 1.5}|whole number", "vocab.json|{\"a\": \"b\"}|whole number",
        "vocab.json|{\"a\": 1} {}|damaged", "vocab.json|[1]|damaged", "merges.txt|a b c|'a b c' is not a pair", "merges.txt|ab|'ab' is not a pair"})
    void damagedTablesAreSaidInASentence(String file, String text, String said, @TempDir Path folder) throws Exception {
        for (String table : List.of("vocab.json", "merges.txt")) {
            Files.copy(ReferenceSet.base().resolve("tokenizer").resolve(table), folder.resolve(table));
        }
        Files.writeString(folder.resolve(file), text);
        String message = assertThrows(RefractException.class, () -> TokenizerFiles.read(folder)).getMessage();
        assertTrue(message.contains(file) && message.contains(said), message);
    }

    private static List<String> texts() throws Exception {
        return Stream.of("tokens.json", "tokens_fuzz.json").flatMap(file -> {
            try {
                return ReferenceSet.json(file).getAsJsonArray().asList().stream().map(e -> e.getAsJsonObject().get("text").getAsString());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }).toList();
    }

    private static List<Long> ids(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsLong).toList();
    }

    private static List<Long> longs(List<Integer> ids) {
        return ids.stream().map(Integer::longValue).toList();
    }
}

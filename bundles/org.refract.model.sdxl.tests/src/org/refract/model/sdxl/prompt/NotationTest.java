package org.refract.model.sdxl.prompt;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.model.sdxl.options.TextOptions.Weighting;
import org.refract.model.sdxl.prompt.WeightedPrompt.Term;

class NotationTest {

    static Stream<Arguments> webUi() {
        return Stream.of(
                Arguments.of("normal text", "normal text=1.0"),
                Arguments.of("an (important) word", "an =1.0|important=1.1| word=1.0"),
                Arguments.of("(unbalanced", "unbalanced=1.1"),
                Arguments.of("\\(literal\\]", "(literal]=1.0"),
                Arguments.of("(unnecessary)(parens)", "unnecessaryparens=1.1"),
                Arguments.of("a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
                        "a =1.0|house=1.573| =1.1|on=1.0| a =1.1|hill=0.55|, sun, =1.1|sky=1.4641|.=1.1"),
                Arguments.of("", ""),
                Arguments.of("closed) too often]", "closed) too often]=1.0"),
                Arguments.of("a:1.5) b", "a:1.5) b=1.0"),
                Arguments.of("(a: 1.5 )", "a=1.5"),
                Arguments.of("(a:-1)", "a=-1.0"),
                Arguments.of("[a [b]] c", "a =0.9091|b=0.8264| c=1.0"),
                Arguments.of("back\\\\slash", "back\\slash=1.0"),
                Arguments.of("a cat BREAK a dog", "a cat=1.0 / a dog=1.0"),
                Arguments.of("BREAK a", "=1.0 / a=1.0"),
                Arguments.of("unBREAKable", "unBREAKable=1.0"));
    }

    @ParameterizedTest
    @MethodSource("webUi")
    void theWebUisNotationMeansWhatItMeansThere(String prompt, String expected) throws Exception {
        WeightedPrompt parsed = WebUiNotation.parse(prompt);
        assertEquals(1, parsed.terms().size());
        assertEquals(expected, String.join(" / ", parsed.terms().getFirst().blend().getFirst().sections().stream().map(NotationTest::words).toList()));
    }

    static Stream<Arguments> compel() {
        return Stream.of(
                Arguments.of("a red++ cat", "a=1.0|red=1.21|cat=1.0"),
                Arguments.of("a cat-", "a=1.0|cat=0.9"),
                Arguments.of("(two words)-- here", "two words=0.81|here=1.0"),
                Arguments.of("(two words)1.3", "two words=1.3"),
                Arguments.of("(two words).5 more", "two words=0.5|more=1.0"),
                Arguments.of("\"two words\"+", "two words=1.1"),
                Arguments.of("word.attend(1.5)", "word.attend 1.5=1.0"),
                Arguments.of("(word).attend(1.5)", "word=1.5"),
                Arguments.of("(word).attend(++)", "word=1.21"),
                Arguments.of("(a (b)++ c)0.5", "a=0.5|b=0.605|c=0.5"),
                Arguments.of("well-known rock+roll", "well-known rock+roll=1.0"),
                Arguments.of("- + --", "- + --=1.0"),
                Arguments.of("c\\+\\+ code", "c++ code=1.0"),
                Arguments.of("a \\(b\\) c", "a (b) c=1.0"),
                Arguments.of("(unbalanced", "(unbalanced=1.0"),
                Arguments.of("closed)", "closed)=1.0"),
                Arguments.of("cat++, dog", "cat=1.21|, dog=1.0"),
                Arguments.of("(no weight) here", "no weight here=1.0"),
                Arguments.of("", "=1.0"));
    }

    @ParameterizedTest
    @MethodSource("compel")
    void compelsNotationMeansWhatItMeansThere(String prompt, String expected) throws Exception {
        WeightedPrompt parsed = CompelNotation.parse(prompt);
        assertEquals(1, parsed.terms().size());
        assertEquals(expected, words(parsed.terms().getFirst().blend().getFirst().sections().getFirst()));
    }

    @Test
    void textsAreBlendedAndPutSideBySide() throws Exception {
        Term blend = CompelNotation.parse("(\"a cat\", \"a (dog)+\").blend(1, 3)").terms().getFirst();
        assertEquals(List.of(0.25, 0.75), blend.blend().stream().map(WeightedPrompt.Share::share).toList());
        assertEquals("a=1.0|dog=1.1", words(blend.blend().get(1).sections().getFirst()));
        assertEquals(List.of(1.0, 3.0), CompelNotation.parse("(\"a\", \"b\").blend(1, 3, no_normalize)").terms().getFirst().blend().stream()
                .map(WeightedPrompt.Share::share).toList());
        assertEquals(List.of(1.0, 1.0, 1.0), CompelNotation.parse("(\"a\", \"b\", \"c\").and()").terms().stream().map(Term::weight).toList());
        assertEquals(List.of(1.0, 0.5), CompelNotation.parse("(\"a\", \"b\").and(1, 0.5)").terms().stream().map(Term::weight).toList());
    }

    @Test
    void whatCannotBeMeantIsRefusedWithASentence() {
        assertTrue(sentence(() -> WebUiNotation.parse("a (cat:1.2.3)")).contains("':1.2.3)' is no weight"));
        assertTrue(sentence(() -> CompelNotation.parse("(\"a\", \"b\").blend(1)")).contains("2 texts and 1 weights"));
        assertTrue(sentence(() -> CompelNotation.parse("(\"a\", \"b\").blend(1, -1)")).contains("add up to 0"));
        assertTrue(sentence(() -> CompelNotation.parse("(\"a\", \"b\").and(1, x)")).contains("'x' is no weight"));
        assertTrue(sentence(() -> CompelNotation.parse("(\"a\", \"b\").blend(1, NaN)")).contains("'NaN' is no weight"));
        assertTrue(sentence(() -> CompelNotation.parse("a (cat).swap(dog)")).contains("cannot be swapped"));
        assertTrue(sentence(() -> CompelNotation.parse("a withLora(x, 1)")).contains("when a model is opened"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[cat:dog:0.5]", "[dog:10]", "[a|b]", "<lora:style:0.8>", "AND", "ADDCOL", "embedding:nice", "{red|blue}", "__animal__", "1.3::cat::"})
    void whatNoNotationHasIsFoundInEach(String unread) {
        for (Weighting notation : Weighting.values()) {
            List<String> said = Unread.in("a cat " + unread + " b", notation);
            assertEquals(1, said.size(), said.toString());
            assertTrue(said.getFirst().startsWith("\"" + unread + "\" is read as words: "), said.getFirst());
        }
    }

    @Test
    void emphasisInANotationThatIsNotReadIsFound() {
        for (String text : List.of("(cat:1.3)", "((cat))", "[[cat]]", "\\(", "BREAK")) {
            String said = Unread.in("a " + text + " b", Weighting.NONE).getFirst();
            assertTrue(said.startsWith("\"" + text + "\"") && said.contains("--weighting a1111"), said);
            assertEquals(text.startsWith("\\") ? 0 : 1, Unread.in("a " + text + " b", Weighting.COMPEL).size(), text);
            assertEquals(List.of(), Unread.in("a " + text + " b", Weighting.A1111));
        }
        for (String text : List.of("cat++", "(a cat)1.2", "\"a cat\"--", "(\"a\", \"b\").blend(1, 1)")) {
            String said = Unread.in(text + " in a hat", Weighting.NONE).getFirst();
            assertTrue(said.contains("--weighting compel"), said);
            assertEquals(List.of(), Unread.in(text, Weighting.COMPEL));
            assertEquals(1, Unread.in(text, Weighting.A1111).size(), text);
        }
        for (String words : List.of("a [b] c", "a cat (black)", "sand and sea", "a [b] | c", "<toy>", "C++", "24:7", "well-known -- or not", "")) {
            for (Weighting notation : Weighting.values()) {
                assertEquals(List.of(), Unread.in(words, notation), words);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "(", "{", "|", ":", "1", "1.", "+", "-", "_", "a", "a+", "(a:", "[a|", "[a:", "{a|", "1::", "<lora:", "__a", " ", "\""})
    void aLongPromptIsLookedThroughInNoTime(String piece) {
        String prompt = piece.repeat(50_000 / piece.length());
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> Unread.in(prompt, Weighting.NONE));
    }

    @Test
    void anyTextIsReadWithoutAFailure() {
        Random random = new Random(5);
        String[] pieces = {"(", ")", "[", "]", ":", "1.2", "\\", "\"", "++", "--", " ", "cat", ",", ".blend(", ".and(", "BREAK", "é", "\n", "|", "\0"};
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(14); n >= 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            for (Notation notation : List.<Notation>of(WebUiNotation::parse, CompelNotation::parse)) {
                assertDoesNotThrow(() -> {
                    try {
                        notation.parse(text.toString());
                    } catch (RefractException e) {
                        assertTrue(e.getMessage().contains("weight") || e.getMessage().contains("not known"), e.getMessage());
                    }
                }, text.toString());
            }
        }
        assertDoesNotThrow(() -> WebUiNotation.parse("(".repeat(20_000) + "a" + ")".repeat(20_000)));
        assertDoesNotThrow(() -> CompelNotation.parse("(".repeat(2_000) + "a" + ")+".repeat(2_000)));
        assertDoesNotThrow(() -> CompelNotation.parse("\"".repeat(20_001)));
    }

    private interface Notation {
        WeightedPrompt parse(String text) throws RefractException;
    }

    private static String sentence(Executable parse) {
        return assertThrows(RefractException.class, parse).getMessage();
    }

    private static String words(List<Fragment> fragments) {
        List<String> words = new ArrayList<>();
        for (Fragment fragment : fragments) {
            words.add(fragment.text() + "=" + (double) Math.round(fragment.weight() * 1e4) / 1e4);
        }
        return String.join("|", words);
    }

    @Test
    void aBlendOfVeryLongTextsIsRead() throws RefractException {
        String text = "a \\\"cat\\\" ".repeat(10_000);
        assertEquals(2, CompelNotation.parse("(\"%s\", \"b\").blend(1, -.5)".formatted(text)).terms().getFirst().blend().size());
    }
}

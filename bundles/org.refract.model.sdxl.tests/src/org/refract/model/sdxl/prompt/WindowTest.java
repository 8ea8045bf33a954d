package org.refract.model.sdxl.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.refract.model.sdxl.ReferenceSet;
import org.refract.model.sdxl.clip.Tokenizer;
import org.refract.model.sdxl.clip.TokenizerFiles;
import org.refract.model.sdxl.options.TextOptions.LongPrompts;

class WindowTest {

    @Test
    void aWindowIsWhatTheTokenizerPads() throws Exception {
        Tokenizer tokenizer = tokenizer();
        for (String text : List.of("", "a cat", "a ".repeat(200))) {
            Window.All cut = Window.of(List.of(List.of(new Fragment(text, 1))), tokenizer, LongPrompts.CUT);
            assertEquals(1, cut.windows().size());
            assertTrue(Arrays.equals(tokenizer.encode(text).ids(), cut.windows().getFirst().ids()));
            assertEquals(tokenizer.encode(text).cut(), cut.cut().size());
            assertFalse(cut.windows().getFirst().isWeighted());
        }
    }

    @Test
    void everyTokenHasItsPlaceAndItsWeight() throws Exception {
        Tokenizer tokenizer = tokenizer();
        for (int words = 0; words < 400; words += 7) {
            List<Fragment> fragments = List.of(new Fragment("a ".repeat(words), 1), new Fragment("b ".repeat(words / 2), 1.5));
            Window.All all = Window.of(List.of(fragments), tokenizer, LongPrompts.CHUNK);
            int tokens = words + words / 2;
            assertEquals(Math.max(1, (tokens + 74) / 75), all.windows().size());
            assertEquals(List.of(), all.cut());
            int weighted = 0;
            for (Window window : all.windows()) {
                for (float weight : window.weights()) {
                    weighted += weight == 1.5f ? 1 : 0;
                }
            }
            assertEquals(words / 2, weighted);
        }
    }

    @Test
    void theTokensOfALearntWordStayTogether() throws Exception {
        Tokenizer tokenizer = tokenizer().with("learnt", List.of(9000, 9001, 9002, 9003));
        List<Window> windows = Window.of(List.of(List.of(new Fragment("a ".repeat(73) + "learnt b", 1))), tokenizer, LongPrompts.CHUNK).windows();
        assertEquals(2, windows.size());
        assertFalse(Arrays.stream(windows.get(0).ids()).anyMatch(id -> id >= 9000));
        assertEquals(9000, windows.get(1).ids()[1]);
        assertEquals(9003, windows.get(1).ids()[4]);
    }

    private static Tokenizer tokenizer() throws Exception {
        return TokenizerFiles.read(ReferenceSet.base().resolve("tokenizer"));
    }
}

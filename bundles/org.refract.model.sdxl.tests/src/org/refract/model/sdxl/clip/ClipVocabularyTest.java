package org.refract.model.sdxl.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** CLIP's own vocabulary against tokens that transformers' CLIPTokenizer gives with it. */
class ClipVocabularyTest {

    @Test
    void textsHaveTheTokensOfClip() {
        Tokenizer tokenizer = ClipVocabulary.tokenizer(ClipVocabulary.END);
        int[] cat = {49406, 320, 1125, 539, 320, 2368, 49407};
        int[] astronaut = {49406, 550, 18376, 6765, 320, 1901, 4558, 267, 279, 330, 748, 4166, 19759, 255, 29032, 485, 14860, 847, 713, 49407};
        assertTokens(cat, 49407, tokenizer.encode("a photo of a cat").ids());
        assertTokens(astronaut, 49407, tokenizer.encode("An astronaut riding a green horse, 8k!! é 中文 🙂 don't").ids());
        assertTokens(cat, 0, ClipVocabulary.tokenizer(ClipVocabulary.FIRST).encode("A photo of a   cat").ids());
        assertEquals(77, tokenizer.maxLength());
    }

    private static void assertTokens(int[] text, int pad, long[] ids) {
        long[] expected = new long[77];
        Arrays.fill(expected, pad);
        for (int i = 0; i < text.length; i++) {
            expected[i] = text[i];
        }
        assertArrayEquals(expected, ids);
    }
}

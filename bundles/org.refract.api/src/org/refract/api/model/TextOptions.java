package org.refract.api.model;

import java.util.List;

/**
 * How prompts become embeddings.
 *
 * @param prompts2         what the second text encoder reads: empty for the same as the first, or one per prompt, or one for all
 * @param negativePrompts2 the same for negative prompts
 * @param clipSkip         layers left out at the end of the text encoders: 0 for the penultimate hidden state that SDXL was trained on,
 *                         n for the one n layers before it (diffusers' {@code clip_skip})
 * @param longPrompts      what happens to a prompt of more tokens than the text encoder reads
 * @param weighting        how emphasis is written
 */
public record TextOptions(List<String> prompts2, List<String> negativePrompts2, int clipSkip, LongPrompts longPrompts,
        Weighting weighting) {

    /** The same prompt for both encoders, cut at 77 tokens, every character meant literally. */
    public static final TextOptions DEFAULT = new TextOptions(List.of(), List.of(), 0, LongPrompts.CUT, Weighting.NONE);

    /** What happens to the tokens past the 77th. */
    public enum LongPrompts {
        /** They are left out, with a note that says which words. */
        CUT,
        /** They are encoded in further windows of 75 tokens, and the embeddings are joined, with a note that says how many windows. */
        CHUNK
    }

    /** How emphasis is written in a prompt. */
    public enum Weighting {
        /** Not at all: brackets are brackets. */
        NONE,
        /** {@code (word:1.2)}, {@code ((word))}, {@code [word]}, {@code BREAK}, as in AUTOMATIC1111's web UI. */
        A1111,
        /** {@code word++}, {@code (two words)--}, {@code (words)1.2}, as in compel. */
        COMPEL
    }

    public TextOptions {
        prompts2 = List.copyOf(prompts2);
        negativePrompts2 = List.copyOf(negativePrompts2);
    }

    public TextOptions withPrompts2(List<String> texts) {
        return new TextOptions(texts, negativePrompts2, clipSkip, longPrompts, weighting);
    }

    public TextOptions withNegativePrompts2(List<String> texts) {
        return new TextOptions(prompts2, texts, clipSkip, longPrompts, weighting);
    }

    public TextOptions withClipSkip(int layers) {
        return new TextOptions(prompts2, negativePrompts2, layers, longPrompts, weighting);
    }

    public TextOptions withLongPrompts(LongPrompts wanted) {
        return new TextOptions(prompts2, negativePrompts2, clipSkip, wanted, weighting);
    }

    public TextOptions withWeighting(Weighting notation) {
        return new TextOptions(prompts2, negativePrompts2, clipSkip, longPrompts, notation);
    }
}

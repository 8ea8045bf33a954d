package org.refract.model.sdxl.options;

import java.util.List;
import java.util.Locale;
import org.refract.api.model.Options;

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

    static final String PROMPT_2 = "prompt2";
    static final String NEGATIVE_2 = "negative2";
    static final String CLIP_SKIP = "clip_skip";
    static final String LONG_PROMPTS = "long_prompts";
    static final String WEIGHTING = "weighting";
    static final int MOST_LAYERS = 32;

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

    /** What a request says, whose values are known to be in order. */
    public static TextOptions of(Options said) {
        return new TextOptions(said.all(PROMPT_2), said.all(NEGATIVE_2), said.text(CLIP_SKIP).map(Integer::parseInt).orElse(DEFAULT.clipSkip),
                said.text(LONG_PROMPTS).map(t -> LongPrompts.valueOf(upper(t))).orElse(DEFAULT.longPrompts),
                said.text(WEIGHTING).map(t -> Weighting.valueOf(upper(t))).orElse(DEFAULT.weighting));
    }

    /** These said in a request, in place of what it said before. */
    public Options on(Options said) {
        return said.with(PROMPT_2, prompts2).with(NEGATIVE_2, negativePrompts2).with(CLIP_SKIP, clipSkip, DEFAULT.clipSkip)
                .with(LONG_PROMPTS, lower(longPrompts), lower(DEFAULT.longPrompts)).with(WEIGHTING, lower(weighting), lower(DEFAULT.weighting));
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    private static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
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

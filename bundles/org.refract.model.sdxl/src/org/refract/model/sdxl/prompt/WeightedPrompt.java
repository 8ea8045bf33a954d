package org.refract.model.sdxl.prompt;

import java.util.List;

/**
 * A prompt as it was meant: terms whose embeddings follow one another.
 *
 * @param terms one, where nothing else was written
 */
public record WeightedPrompt(List<Term> terms) {

    /**
     * Embeddings of several texts, blended.
     *
     * @param weight emphasis of the whole term
     * @param blend  the texts
     */
    public record Term(double weight, List<Share> blend) {
    }

    /**
     * A text and its share in a blend.
     *
     * @param share    the shares of a blend add up to 1, unless it was written otherwise
     * @param sections fragments of the windows that the text was divided into by hand
     */
    public record Share(double share, List<List<Fragment>> sections) {
    }

    /** One text, divided into sections. */
    static WeightedPrompt of(List<List<Fragment>> sections) {
        return new WeightedPrompt(List.of(new Term(1, List.of(new Share(1, sections)))));
    }

    /** A text in which every character means itself. */
    public static WeightedPrompt plain(String text) {
        return of(List.of(List.of(new Fragment(text, 1))));
    }
}

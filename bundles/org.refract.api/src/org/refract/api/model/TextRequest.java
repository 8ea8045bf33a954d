package org.refract.api.model;

import java.util.List;
import java.util.Optional;

/**
 * What a {@link LanguageModel} should read, and how it should go on. Immutable; {@code with...} methods give changed copies.
 *
 * @param passages     one per example; they may differ in length
 * @param logits       which logits are wanted
 * @param continuation how the text goes on; empty to read only
 * @param options      what is said to the model's family alone
 */
public record TextRequest(List<Passage> passages, Logits logits, Optional<Continuation> continuation, Options options) implements Request {

    /** What is read: a text, which the model's tokenizer splits with the model's own special tokens, or token ids, which are taken as they are. */
    public sealed interface Passage {

        /** A text. */
        record Text(String text) implements Passage {
        }

        /** Token ids, each in the model's vocabulary. */
        record Ids(List<Long> ids) implements Passage {
            public Ids {
                ids = List.copyOf(ids);
            }
        }
    }

    /** Which logits are wanted. */
    public enum Logits {
        /** None: the hooks see what they want. */
        NONE,
        /** Those after each passage's last token. */
        LAST,
        /** Those after every token. */
        ALL
    }

    /**
     * How tokens are chosen, one after the other.
     *
     * @param tokens            at most so many
     * @param temperature       what logits are divided by; 0 for the likeliest token each time
     * @param topK              only the k likeliest tokens; 0 for all
     * @param topP              only the likeliest tokens that together have this probability (nucleus sampling); 1 for all
     * @param repetitionPenalty what logits of tokens that were there before are divided by if positive, multiplied by if negative; 1 for none (CTRL,
     *                          section 4.1)
     * @param seeds             one per passage, of the numbers that tokens are drawn by
     * @param stop              token ids that end a passage, besides the model's own
     */
    public record Continuation(int tokens, double temperature, int topK, double topP, double repetitionPenalty, List<Long> seeds, List<Long> stop) {
        public Continuation {
            seeds = List.copyOf(seeds);
            stop = List.copyOf(stop);
        }

        /** The likeliest token each time. */
        public static Continuation greedy(int tokens) {
            return new Continuation(tokens, 0, 0, 1, 1, List.of(), List.of());
        }
    }

    public TextRequest {
        passages = List.copyOf(passages);
    }

    /** Texts to be read, with the logits after every token. */
    public static TextRequest ofTexts(List<String> texts) {
        return new TextRequest(texts.stream().<Passage>map(Passage.Text::new).toList(), Logits.ALL, Optional.empty(), Options.NONE);
    }

    /** Token ids to be read, with the logits after every token. */
    public static TextRequest ofIds(List<List<Long>> passages) {
        return new TextRequest(passages.stream().<Passage>map(Passage.Ids::new).toList(), Logits.ALL, Optional.empty(), Options.NONE);
    }

    @Override
    public String kind() {
        return "text";
    }

    @Override
    public int examples() {
        return passages.size();
    }

    public TextRequest withPassages(List<? extends Passage> others) {
        return new TextRequest(List.copyOf(others), logits, continuation, options);
    }

    public TextRequest withLogits(Logits wanted) {
        return new TextRequest(passages, wanted, continuation, options);
    }

    public TextRequest withContinuation(Continuation how) {
        return new TextRequest(passages, logits, Optional.of(how), options);
    }

    /** Says something to the model's family. */
    public TextRequest withOption(String name, Object value) {
        return new TextRequest(passages, logits, continuation, options.with(name, value));
    }
}

package org.refract.model.sdxl.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.model.sdxl.options.TextOptions.Weighting;

/**
 * What stands in a prompt as words and means something else to another tool: prompts that change between steps, several prompts in one,
 * networks by name, regions, choices and variables, and emphasis in a notation that is not the one that is read.
 */
public final class Unread {

    private static final int LONGEST_QUOTE = 300;

    /** Kinds that no notation here has, with what is said of them. Each is found in time that grows with the prompt's length alone. */
    private static final Map<Pattern, String> NOWHERE = Map.of(
            Pattern.compile("(?<!\\\\)\\[(?:[^\\[\\]|]*+\\|[^\\[\\]]*+|[^\\[\\]]*:\\s*+[.\\d]++\\s*+)]"), "prompts that change between steps are not known",
            Pattern.compile("<(?:lora|lyco|hypernet):[^<>]*+>"), "networks are not known in a prompt; LoRAs are named when a model is opened (--lora)",
            Pattern.compile("\\bAND\\b(?:\\s*+:\\s*+[-.\\d]++)?"), "several prompts in one picture (AND) are not known",
            Pattern.compile("\\bADD(?:BASE|COL|ROW|COMM|P)\\b"), "prompts for parts of a picture are not known",
            Pattern.compile("(?i)\\bembedding:\\s*+[^\\s,()\\[\\]]++"), "the word of a textual inversion stands for itself, without 'embedding:'",
            Pattern.compile("\\{[^{}|$]*+[|$][^{}]*+}"), "choices by chance are not known",
            Pattern.compile("(?<!\\w)__[\\w/*-]+__(?!\\w)"), "wildcards are not known",
            Pattern.compile("(?<![\\w.])-?(?:\\d++(?:\\.\\d++)?|\\.\\d++)::[^:]++::"), "NovelAI's emphasis is not known; (word:1.2) is, with --weighting a1111");
    /** Emphasis of the web UI: a weight, or doubled brackets. */
    private static final Pattern WEB_UI = Pattern.compile(
            "(?<!\\\\)\\([^()]*:\\s*+[-+]?[.\\d]++\\s*+\\)|\\(\\([^()]++\\)\\)|\\[\\[[^\\[\\]|:]++]]");
    private static final Pattern MEANT = Pattern.compile("\\\\[()\\[\\]]");
    private static final Pattern BREAK = Pattern.compile("\\bBREAK\\b");
    /** Emphasis and blends of compel. */
    private static final Pattern COMPEL = Pattern.compile(
            "(?<!\\p{L})\\p{L}{2,}+(?:\\+\\+++|--++)(?=[\\s,.)\"]|$)|[)\"](?:\\+++|-++|\\d*+\\.\\d++|\\d++)(?=[\\s,.)\"]|$)|\\)\\s*+\\.(?:blend|and|swap)\\(");

    private Unread() {
    }

    /** A sentence for each kind that stands in a prompt, with the first of it. */
    public static List<String> in(String prompt, Weighting notation) {
        List<String> sentences = new ArrayList<>();
        NOWHERE.entrySet().stream().map(kind -> first(kind.getKey(), prompt).map(found -> sentence(found, kind.getValue()))).flatMap(Optional::stream).sorted()
                .forEach(sentences::add);
        if (notation != Weighting.A1111) {
            first(WEB_UI, prompt).ifPresent(found -> sentences.add(sentence(found, otherwise(notation, "the web UI's", "a1111"))));
            first(BREAK, prompt).ifPresent(found -> sentences.add(sentence(found, "it begins a new window only with --weighting a1111")));
        }
        if (notation == Weighting.NONE) {
            first(MEANT, prompt).ifPresent(found -> sentences.add(sentence(found, "brackets need no backslash where emphasis is switched off; --weighting a1111 reads it")));
        }
        if (notation != Weighting.COMPEL) {
            first(COMPEL, prompt).ifPresent(found -> sentences.add(sentence(found, otherwise(notation, "compel's", "compel"))));
        }
        return sentences;
    }

    private static String otherwise(Weighting read, String whose, String option) {
        return (read == Weighting.NONE ? "emphasis is switched off" : "this is " + whose + " emphasis and another notation is read")
                + "; --weighting " + option + " reads it";
    }

    private static Optional<String> first(Pattern kind, String prompt) {
        Matcher found = kind.matcher(prompt);
        return found.find() ? Optional.of(found.group().strip()) : Optional.empty();
    }

    private static String sentence(String found, String why) {
        String quoted = found.length() <= LONGEST_QUOTE ? found : found.substring(0, found.offsetByCodePoints(0, LONGEST_QUOTE / 2)) + "…";
        return "\"%s\" is read as words: %s.".formatted(quoted, why);
    }
}

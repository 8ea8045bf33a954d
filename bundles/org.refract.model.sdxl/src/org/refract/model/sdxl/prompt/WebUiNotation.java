package org.refract.model.sdxl.prompt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;

/**
 * Emphasis as in AUTOMATIC1111's web UI: {@code (word)} is 1.1 times as strong, {@code [word]} 1.1 times as weak, {@code (word:1.3)} 1.3
 * times as strong, brackets nest; {@code \(} is a bracket that is meant. What is left open reaches to the end, what closes nothing is
 * meant literally. {@code BREAK} begins a new window.
 */
public final class WebUiNotation {

    private static final double STRONGER = 1.1;
    private static final double WEAKER = 1 / 1.1;
    private static final Pattern TOKEN = Pattern.compile("\\\\[()\\[\\]\\\\]|\\\\|\\(|\\[|:\\s*([+-]?[.\\d]+)\\s*\\)|\\)|]|[^\\\\()\\[\\]:]+|:");
    private static final Pattern BREAK = Pattern.compile("\\s*\\bBREAK\\b\\s*");

    private final List<List<Mark>> sections = new ArrayList<>(List.of(new ArrayList<>()));
    private final Deque<Integer> round = new ArrayDeque<>();
    private final Deque<Integer> square = new ArrayDeque<>();
    private final List<Mark> marks = new ArrayList<>();

    /** A piece of text whose weight is still being found. */
    private static final class Mark {
        private final String text;
        private double weight = 1;

        private Mark(String text) {
            this.text = text;
        }
    }

    private WebUiNotation() {
    }

    /** @throws RefractException if a weight is no number */
    public static WeightedPrompt parse(String prompt) throws RefractException {
        WebUiNotation notation = new WebUiNotation();
        Matcher token = TOKEN.matcher(prompt);
        while (token.find()) {
            notation.take(token.group(), token.group(1), prompt);
        }
        notation.round.forEach(from -> notation.multiply(from, STRONGER));
        notation.square.forEach(from -> notation.multiply(from, WEAKER));
        return WeightedPrompt.of(notation.sections.stream()
                .map(section -> Fragment.joined(section.stream().map(m -> new Fragment(m.text, m.weight)).toList(), "")).toList());
    }

    private void take(String token, String weight, String prompt) throws RefractException {
        if (token.startsWith("\\")) {
            add(token.substring(1));
        } else if (token.equals("(")) {
            round.push(marks.size());
        } else if (token.equals("[")) {
            square.push(marks.size());
        } else if (weight != null && !round.isEmpty()) {
            multiply(round.pop(), number(weight, prompt));
        } else if (token.equals(")") && !round.isEmpty()) {
            multiply(round.pop(), STRONGER);
        } else if (token.equals("]") && !square.isEmpty()) {
            multiply(square.pop(), WEAKER);
        } else {
            String[] parts = BREAK.split(token, -1);
            for (int i = 0; i < parts.length; i++) {
                if (i > 0) {
                    sections.add(new ArrayList<>());
                }
                add(parts[i]);
            }
        }
    }

    private void add(String text) {
        Mark mark = new Mark(text);
        marks.add(mark);
        sections.getLast().add(mark);
    }

    private void multiply(int from, double by) {
        marks.subList(from, marks.size()).forEach(mark -> mark.weight *= by);
    }

    private static double number(String text, String prompt) throws RefractException {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw RefractException.usage("In the prompt \"%s\", ':%s)' is no weight; write a number, or \\( for a bracket that is meant.", prompt, text);
        }
    }
}

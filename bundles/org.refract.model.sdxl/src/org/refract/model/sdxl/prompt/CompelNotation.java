package org.refract.model.sdxl.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.model.sdxl.prompt.WeightedPrompt.Share;
import org.refract.model.sdxl.prompt.WeightedPrompt.Term;

/**
 * Emphasis as in compel: {@code word++} is 1.1² times as strong, {@code word--} 0.9² times, {@code (two words)+}, {@code "two words"-} and
 * {@code (two words)1.3} too, brackets nest; {@code \(} is a bracket that is meant, and so is one without a partner.
 * {@code ("a", "b").blend(1, 0.5)} mixes embeddings, {@code ("a", "b").and(1, 0.5)} puts them side by side.
 */
public final class CompelNotation {

    private static final double PLUS = 1.1;
    private static final double MINUS = 0.9;
    private static final Pattern WEIGHT = Pattern.compile("\\++|-+|\\d+\\.\\d*|\\.\\d+|\\d+");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:\\d{1,9}\\.?\\d*|\\.\\d+)");
    private static final Pattern QUOTED = Pattern.compile("\\s*\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"\\s*(,|$)");
    private static final Pattern ATTEND = Pattern.compile("\\.attend\\(\\s*(\\++|-+|-?\\d*\\.?\\d+)\\s*\\)");
    private static final Pattern WORD_WITH_SIGNS = Pattern.compile("(.*[^+-])(\\++|-+)");
    private static final Pattern OPERATOR = Pattern.compile("\\)\\s*\\.(blend|and|add)\\(([^()]*)\\)\\s*$");
    private static final Pattern UNKNOWN = Pattern.compile("\\)?\\.swap\\(|\\b(?:with|use)Lora\\(");

    private static final int NOTHING = -1;
    /** Brackets deeper than this are meant literally. */
    private static final int DEEPEST = 100;

    private final String text;
    private int at;
    private int depth;

    private CompelNotation(String text) {
        this.text = text;
    }

    /** @throws RefractException if weights and texts of a blend do not match, or something is asked for that is not known */
    public static WeightedPrompt parse(String prompt) throws RefractException {
        Matcher unknown = UNKNOWN.matcher(prompt);
        if (unknown.find()) {
            throw RefractException.usage("In the prompt \"%s\", '%s...)' is not known; LoRAs are added when a model is opened, and words cannot be "
                    + "swapped.", prompt, unknown.group());
        }
        Matcher operator = OPERATOR.matcher(prompt);
        if (prompt.stripLeading().startsWith("(") && operator.find()) {
            Optional<List<String>> parts = quoted(prompt.substring(prompt.indexOf('(') + 1, operator.start()));
            if (parts.isPresent()) {
                return combined(prompt, parts.get(), operator.group(1), operator.group(2));
            }
        }
        return WeightedPrompt.of(List.of(fragments(prompt)));
    }

    private static WeightedPrompt combined(String prompt, List<String> parts, String operator, String options) throws RefractException {
        List<String> given = new ArrayList<>(options.isBlank() ? List.of() : List.of(options.strip().split("\\s*,\\s*")));
        boolean normal = !given.remove("no_normalize");
        double[] weights = new double[parts.size()];
        Arrays.fill(weights, 1);
        if (!given.isEmpty() && given.size() != parts.size()) {
            throw RefractException.usage("In the prompt \"%s\", there are %d texts and %d weights; give one weight per text or none.", prompt,
                    parts.size(), given.size());
        }
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = given.isEmpty() ? 1 : number(given.get(i), prompt);
            sum += weights[i];
        }
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            shares.add(new Share(weights[i], List.of(fragments(parts.get(i)))));
        }
        if (!operator.equals("blend")) {
            return new WeightedPrompt(shares.stream().map(s -> new Term(s.share(), List.of(new Share(1, s.sections())))).toList());
        }
        if (normal && sum == 0) {
            throw RefractException.usage("In the prompt \"%s\", the weights of the blend add up to 0; choose others.", prompt);
        }
        double by = normal ? sum : 1;
        return new WeightedPrompt(List.of(new Term(1, shares.stream().map(s -> new Share(s.share() / by, s.sections())).toList())));
    }

    private static double number(String text, String prompt) throws RefractException {
        if (!NUMBER.matcher(text).matches()) {
            throw RefractException.usage("In the prompt \"%s\", '%s' is no weight; write a number.", prompt, text);
        }
        return Double.parseDouble(text);
    }

    /** Texts in quotation marks with commas between them; nothing if something else stands there. */
    private static Optional<List<String>> quoted(String list) {
        List<String> parts = new ArrayList<>();
        Matcher part = QUOTED.matcher(list);
        int from = 0;
        while (from < list.length() && part.find(from) && part.start() == from) {
            parts.add(part.group(1).replace("\\\"", "\""));
            from = part.end();
        }
        return from == list.length() && !parts.isEmpty() ? Optional.of(parts) : Optional.empty();
    }

    private static List<Fragment> fragments(String prompt) {
        List<Fragment> joined = Fragment.joined(new CompelNotation(prompt).until(NOTHING), " ");
        return joined.isEmpty() ? List.of(new Fragment("", 1)) : joined;
    }

    /** Fragments up to a closing character, which is taken too; up to the end for none. */
    private List<Fragment> until(int close) {
        List<Fragment> fragments = new ArrayList<>();
        while (at < text.length() && text.charAt(at) != close) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (depth < DEEPEST && (c == '(' && hasPartner(at) || c == '"' && text.indexOf('"', at + 1) > 0)) {
                at++;
                depth++;
                List<Fragment> inner = until(c == '(' ? ')' : '"');
                depth--;
                double weight = weight();
                inner.forEach(f -> fragments.add(new Fragment(f.text(), f.weight() * weight)));
            } else {
                fragments.add(word(close));
            }
        }
        at = Math.min(at + 1, text.length());
        return fragments;
    }

    /** Whether the bracket that opens here is closed. */
    private boolean hasPartner(int from) {
        int open = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            i += c == '\\' ? 1 : 0;
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (open == 0) {
                return true;
            }
        }
        return false;
    }

    /** The weight that stands directly behind a bracket. */
    private double weight() {
        for (Pattern pattern : List.of(ATTEND, WEIGHT)) {
            Matcher found = pattern.matcher(text).region(at, text.length());
            if (found.lookingAt()) {
                at = found.end();
                return value(pattern == ATTEND ? found.group(1) : found.group());
            }
        }
        return 1;
    }

    private static double value(String sign) {
        if (sign.chars().allMatch(c -> c == '+')) {
            return Math.pow(PLUS, sign.length());
        }
        return sign.chars().allMatch(c -> c == '-') ? Math.pow(MINUS, sign.length()) : Double.parseDouble(sign);
    }

    private Fragment word(int close) {
        StringBuilder word = new StringBuilder();
        boolean escaped = false;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at)) && text.charAt(at) != close) {
            char c = text.charAt(at);
            if (!word.isEmpty() && (c == '"' || c == '(' && hasPartner(at) || c == ',' || c == '.' && endsWithSign(word))) {
                break;
            }
            escaped = c == '\\' && at + 1 < text.length();
            at += escaped ? 1 : 0;
            word.append(text.charAt(at++));
        }
        Matcher signs = WORD_WITH_SIGNS.matcher(word);
        return !escaped && signs.matches() ? new Fragment(signs.group(1), value(signs.group(2))) : new Fragment(word.toString(), 1);
    }

    private static boolean endsWithSign(StringBuilder word) {
        char last = word.charAt(word.length() - 1);
        return last == '+' || last == '-';
    }
}

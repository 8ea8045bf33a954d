package org.refract.analysis.captions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Label;
import org.refract.api.analysis.Labeler;

/** A collection of prompts with the number of prompts that hold each phrase. */
final class CaptionSession implements Labeler.Session {
    /** Examples weaker than this share of the strongest one do not speak for the feature. */
    private static final double WEAKEST = 0.25;
    /** Share of the examples that must hold a phrase, and never fewer than two. */
    private static final double SUPPORT = 0.25;
    /** A further phrase joins the label if its score is this share of the first one's ... */
    private static final double SECOND = 0.6;
    /** ... and it holds for this share of the examples, or for half of those that the label does not describe yet. */
    private static final double COMMON = 2.0 / 3;
    /** A phrase grows to a longer one that holds it, if this share of its examples have the longer one. */
    private static final double WHOLE = 0.9;
    private static final int PHRASES = 3;
    private static final int TERMS = 10;
    /** Random example sets that say what score chance gives; a label must beat all but one in a hundred. */
    private static final int DRAWS = 300;
    private static final double CHANCE = 0.99;

    private final List<String> prompts;
    private final Map<String, Integer> prevalence = new HashMap<>();
    private final Map<Integer, Double> thresholds = new ConcurrentHashMap<>();

    CaptionSession(List<String> prompts) {
        this.prompts = List.copyOf(prompts);
        for (String prompt : prompts) {
            Phrases.of(prompt).forEach(phrase -> prevalence.merge(phrase, 1, Integer::sum));
        }
    }

    @Override
    public Optional<Label> label(List<Example> examples) {
        double least = examples.isEmpty() ? 0 : WEAKEST * examples.getFirst().strength();
        List<String> speaking = examples.stream().filter(e -> e.strength() >= least).map(Example::caption).toList();
        if (speaking.size() < 2) {
            return Optional.empty();
        }
        List<Label.Term> terms = terms(speaking);
        if (terms.isEmpty() || terms.getFirst().score() <= thresholds.computeIfAbsent(speaking.size(), this::chance)) {
            return Optional.empty();
        }
        return Optional.of(new Label(text(terms, speaking), terms.getFirst().score(), CaptionLabeler.ID, terms.subList(0, Math.min(TERMS, terms.size()))));
    }

    /** Phrases that are common among these prompts, the most telling first; of two that tell as much, the longer one. */
    private List<Label.Term> terms(List<String> examples) {
        Map<String, Integer> here = new HashMap<>();
        for (String prompt : examples) {
            Phrases.of(prompt).forEach(phrase -> here.merge(phrase, 1, Integer::sum));
        }
        double support = Math.max(2, SUPPORT * examples.size());
        List<Label.Term> terms = new ArrayList<>();
        here.forEach((phrase, count) -> {
            if (count >= support) {
                int elsewhere = Math.max(0, prevalence.getOrDefault(phrase, 0) - count);
                int others = Math.max(1, prompts.size() - examples.size());
                double z = LogOdds.z(count, examples.size(), Math.min(elsewhere, others), others);
                if (z > 0) {
                    terms.add(new Label.Term(phrase, z));
                }
            }
        });
        terms.sort(Comparator.comparingDouble(Label.Term::score).reversed().thenComparing(term -> -Phrases.words(term.text()).size())
                .thenComparing(Label.Term::text));
        return terms;
    }

    private static String text(List<Label.Term> terms, List<String> examples) {
        List<Set<String>> phrases = examples.stream().map(Phrases::of).toList();
        List<String> chosen = new ArrayList<>();
        for (Label.Term term : terms) {
            if (chosen.size() < PHRASES && term.score() >= SECOND * terms.getFirst().score()
                    && chosen.stream().noneMatch(phrase -> Phrases.overlap(phrase, term.text())) && describes(term.text(), phrases, chosen)) {
                chosen.add(whole(term, terms, phrases));
            }
        }
        return String.join(", ", chosen);
    }

    /** The longest telling phrase around a phrase that nearly all examples with the phrase hold: "large blue diamond" for "diamond". */
    private static String whole(Label.Term term, List<Label.Term> terms, List<Set<String>> examples) {
        long with = examples.stream().filter(e -> e.contains(term.text())).count();
        return terms.stream().map(Label.Term::text).filter(longer -> (" " + longer + " ").contains(" " + term.text() + " "))
                .filter(longer -> examples.stream().filter(e -> e.contains(longer)).count() >= WHOLE * with)
                .max(Comparator.comparingInt((String t) -> Phrases.words(t).size()).thenComparing(t -> t)).orElse(term.text());
    }

    private static boolean describes(String phrase, List<Set<String>> examples, List<String> chosen) {
        List<Set<String>> open = examples.stream().filter(e -> chosen.stream().noneMatch(e::contains)).toList();
        long here = examples.stream().filter(e -> e.contains(phrase)).count();
        long added = open.stream().filter(e -> e.contains(phrase)).count();
        return chosen.isEmpty() || here >= COMMON * examples.size() || added >= 2 && 2 * added >= open.size();
    }

    /** The best score that chance gives {@code size} prompts, all but one time in a hundred. */
    private double chance(int size) {
        SplittableRandom random = new SplittableRandom(size);
        double[] best = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            Set<Integer> drawn = new HashSet<>();
            while (drawn.size() < Math.min(size, prompts.size())) {
                drawn.add(random.nextInt(prompts.size()));
            }
            List<Label.Term> terms = terms(drawn.stream().sorted().map(prompts::get).toList());
            best[draw] = terms.isEmpty() ? 0 : terms.getFirst().score();
        }
        Arrays.sort(best);
        return best[(int) (CHANCE * (DRAWS - 1))];
    }
}

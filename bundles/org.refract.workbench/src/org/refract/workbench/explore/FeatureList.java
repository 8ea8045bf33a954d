package org.refract.workbench.explore;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.refract.api.analysis.Label.Term;
import org.refract.workbench.subject.ActiveFeatures;
import org.refract.workbench.subject.ActiveFeatures.Strength;
import org.refract.workbench.subject.FeatureRow;

/** Makes the lines of the feature list. */
final class FeatureList {
    private FeatureList() {
    }

    /**
     * @param dictionary every feature, in order of latents
     * @param active     what is active in the picture, if there is one
     * @param step       the denoising step that counts, or {@link ActiveFeatures#EVERY_STEP}
     * @param search     words that must all occur in the label or its candidates, or the number of a latent with or without {@code #}; "" for no search
     * @param whole      whether features that are not active in the picture are listed too; a search always looks everywhere
     */
    static List<FeatureRow> rows(List<FeatureRow> dictionary, Optional<ActiveFeatures> active, int step, String search, boolean whole, Order order) {
        Map<Integer, Double> strengths = new HashMap<>();
        active.ifPresent(a -> a.strongest(step).forEach((Strength s) -> strengths.put(s.latent(), s.mean())));
        boolean everywhere = whole || !search.isBlank() || active.isEmpty();
        Stream<FeatureRow> candidates = everywhere ? dictionary.stream()
                : strengths.keySet().stream().filter(latent -> latent < dictionary.size()).map(dictionary::get);
        return candidates.filter(matching(search)).map(row -> row.withStrength(strengths.getOrDefault(row.feature().latent(), 0.0)))
                .sorted(order.comparator()).toList();
    }

    /** The label with the candidates that it was chosen from. */
    private static String label(FeatureRow row) {
        return row.feature().label().map(l -> Stream.concat(Stream.of(l.text()), l.terms().stream().map(Term::text)).collect(Collectors.joining(" "))).orElse("");
    }

    private static Predicate<FeatureRow> matching(String search) {
        String wanted = search.strip().toLowerCase(Locale.ROOT);
        if (wanted.matches("#?\\d{1,9}")) {
            int latent = Integer.parseInt(wanted.replace("#", ""));
            return row -> row.feature().latent() == latent;
        }
        List<String> words = Stream.of(wanted.split("\\s+")).toList();
        return row -> {
            String label = label(row).toLowerCase(Locale.ROOT);
            return words.stream().allMatch(label::contains);
        };
    }
}

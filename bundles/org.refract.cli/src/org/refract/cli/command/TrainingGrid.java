package org.refract.cli.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;

/**
 * Every combination of architectures, sizes and settings. Where several architectures are combined, each takes the settings that it knows; a
 * setting that none knows is refused.
 *
 * @param variants architectures
 * @param sizes of the dictionaries
 * @param fixed settings of one value
 * @param varied settings of several values, in order
 */
record TrainingGrid(List<SaeVariant> variants, List<Size> sizes, Map<String, String> fixed, Map<String, List<String>> varied) {

    /** More dictionaries than this in one pass are a mistyped list. */
    private static final int MOST = 1024;

    /** Latents of the largest autoencoder that anybody published (Gao et al. 2024, section 4: 16 million of GPT-4). */
    static final int MOST_LATENTS = 1 << 24;

    /** Latents: an absolute number, or per input channel. */
    record Size(double number, boolean perChannel) {

        int latents(int width) throws RefractException {
            double latents = perChannel ? number * width : number;
            if (!(latents >= 0.5)) {
                throw RefractException.usage("A dictionary needs at least one latent: --expansion and --latents must be greater than 0.");
            }
            if (latents > MOST_LATENTS) {
                throw RefractException.usage("A dictionary of %,.0f latents is too large: --expansion and --latents may ask for %,d.", latents, MOST_LATENTS);
            }
            return (int) Math.round(latents);
        }
    }

    /** One combination. */
    record Cell(String name, SaeVariant variant, SaeConfig config) {
    }

    /** Values separated by commas, as {@code 5,10,20}. */
    static List<String> values(String option, String text) throws RefractException {
        List<String> values = List.of(text.split(",", -1)).stream().map(String::strip).distinct().toList();
        if (values.stream().anyMatch(String::isEmpty)) {
            throw RefractException.usage("%s takes values separated by commas, such as 5,10,20; '%s' has an empty one.", option, text);
        }
        return values;
    }

    /**
     * The combinations for data of a width. Their names are {@code base}, followed by {@code +name=value} for whatever has several values.
     *
     * @throws RefractException if no architecture knows a setting, a value cannot be, or there are too many
     */
    List<Cell> of(String base, int width, int outputWidth) throws RefractException {
        checkSettings();
        List<Cell> cells = new ArrayList<>();
        for (SaeVariant variant : variants) {
            Set<String> known = variant.hyperparameters().stream().map(Hyperparameter::name).collect(Collectors.toSet());
            for (Map<String, String> point : points(known)) {
                Map<String, String> given = new LinkedHashMap<>(fixed);
                given.keySet().retainAll(known);
                given.putAll(point);
                Settings settings = Settings.of(variant.hyperparameters(), given);
                for (Size size : sizes) {
                    int latents = size.latents(width);
                    String name = base + (variants.size() > 1 ? "+" + variant.id() : "") + (sizes.size() > 1 ? "+n=" + latents : "")
                            + point.entrySet().stream().map(e -> "+" + e.getKey() + "=" + e.getValue()).collect(Collectors.joining());
                    cells.add(new Cell(name, variant, new SaeConfig(variant.id(), width, outputWidth, latents, settings)));
                }
            }
            if (cells.size() > MOST) {
                throw RefractException.usage("These lists make more than %d dictionaries of one store: shorten them.", MOST);
            }
        }
        return cells;
    }

    private void checkSettings() throws RefractException {
        Set<String> known = new TreeSet<>();
        variants.forEach(v -> v.hyperparameters().forEach(h -> known.add(h.name())));
        Set<String> given = new TreeSet<>(fixed.keySet());
        given.addAll(varied.keySet());
        given.removeAll(known);
        if (!given.isEmpty()) {
            throw RefractException.usage("There is no setting '%s'; the settings are %s.", given.iterator().next(), String.join(", ", known));
        }
    }

    /** Every combination of the varied settings that a variant knows. */
    private List<Map<String, String>> points(Set<String> known) {
        List<Map<String, String>> points = new ArrayList<>();
        points.add(Map.of());
        for (var axis : varied.entrySet()) {
            if (known.contains(axis.getKey())) {
                List<Map<String, String>> longer = new ArrayList<>();
                for (Map<String, String> point : points) {
                    for (String value : axis.getValue()) {
                        Map<String, String> next = new LinkedHashMap<>(point);
                        next.put(axis.getKey(), value);
                        longer.add(next);
                    }
                }
                points = longer;
            }
            if (points.size() > MOST) {
                return points;
            }
        }
        return points;
    }
}

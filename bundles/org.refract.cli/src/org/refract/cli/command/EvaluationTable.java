package org.refract.cli.command;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.model.HookPoint;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;
import org.refract.engine.metrics.Metric;
import org.refract.engine.metrics.SaeEvaluation;

/**
 * What was measured, a row per measure and a column per dictionary.
 *
 * @param saes the dictionaries
 * @param store what they were measured on
 * @param point its hook point
 * @param samples on how many vectors
 * @param values of each dictionary, by the measure's name
 * @param scores densities and their histograms
 */
record EvaluationTable(List<Path> saes, Path store, HookPoint point, long samples, List<Map<String, Double>> values, List<SaeEvaluation.Scores> scores) {

    private static final int MOST = 28;

    /** The ends of paths, or the paths where that does not tell them apart. */
    static List<String> shortNames(List<Path> paths) {
        List<String> names = new ArrayList<>();
        for (Path path : paths) {
            Path name = path.toAbsolutePath().normalize().getFileName();
            names.add(name == null ? path.toString() : name.toString());
        }
        return Set.copyOf(names).size() == names.size() ? names : paths.stream().map(Path::toString).toList();
    }

    private List<String> names() {
        Set<String> names = new LinkedHashSet<>();
        values.forEach(v -> names.addAll(v.keySet()));
        return List.copyOf(names);
    }

    /** Prints the table. */
    void print(PrintWriter out) {
        out.printf(Locale.ROOT, "%s, %,d vectors of %s%n", point, samples, store);
        List<String> heads = shortNames(saes).stream().map(n -> n.length() > MOST ? "…" + n.substring(n.length() - MOST + 1) : n).toList();
        int first = names().stream().mapToInt(String::length).max().orElse(0);
        out.print(" ".repeat(first));
        heads.forEach(head -> out.printf("  %12s", head));
        out.println();
        Map<String, Metric> known = Arrays.stream(Metric.values()).collect(Collectors.toMap(Metric::id, m -> m));
        for (String name : names()) {
            out.print(name + " ".repeat(first - name.length()));
            for (int i = 0; i < values.size(); i++) {
                Double value = values.get(i).get(name);
                out.printf("  %" + Math.max(12, heads.get(i).length()) + "s", value == null ? "" : number(value));
            }
            out.println(known.containsKey(name) ? "  " + known.get(name).source() : "");
        }
        out.println("latents by density (share of vectors in which they are active):");
        for (Double bound : scores.getFirst().histogram().keySet()) {
            if (scores.stream().allMatch(s -> s.histogram().get(bound) == 0)) {
                continue;
            }
            out.print(String.format(Locale.ROOT, bound == 0 ? "never" : "from %.1e", bound));
            out.print(" ".repeat(Math.max(0, first - (bound == 0 ? 5 : 12))));
            for (int i = 0; i < scores.size(); i++) {
                out.printf("  %" + Math.max(12, heads.get(i).length()) + "d", scores.get(i).histogram().get(bound));
            }
            out.println();
        }
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return size != 0 && (size < 1e-3 || size >= 1e6) ? String.format(Locale.ROOT, "%.3e", value) : String.format(Locale.ROOT, "%.4f", value);
    }

    /** The same as a tree of maps and lists; what is not a number is null, which files leave out. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("store", store.toString());
        json.put("point", point.toString());
        json.put("samples", samples);
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < saes.size(); i++) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("sae", saes.get(i).toString());
            Map<String, Object> metrics = new LinkedHashMap<>();
            values.get(i).forEach((name, value) -> metrics.put(name, Double.isFinite(value) ? value : null));
            one.put("metrics", metrics);
            Map<String, Integer> histogram = new LinkedHashMap<>();
            scores.get(i).histogram().forEach((bound, count) -> histogram.put(String.format(Locale.ROOT, "%.3g", bound), count));
            one.put("density_histogram", histogram);
            all.add(one);
        }
        json.put("dictionaries", all);
        Map<String, Object> formulas = new LinkedHashMap<>();
        for (Metric metric : Metric.values()) {
            formulas.put(metric.id(), Map.of("formula", metric.formula(), "source", metric.source()));
        }
        json.put("formulas", formulas);
        return json;
    }

    /** Writes {@code eval.json}, {@code eval.csv} (a row per measure) and {@code densities.csv} (a row per latent). */
    void write(Path folder) throws RefractException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
        AtomicFile.write(folder.resolve("eval.json"), new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json()) + "\n");
        StringBuilder csv = new StringBuilder("metric");
        saes.forEach(sae -> csv.append(',').append(quoted(sae.toString())));
        csv.append('\n');
        for (String name : names()) {
            csv.append(quoted(name));
            values.forEach(v -> csv.append(',').append(v.containsKey(name) ? v.get(name).toString() : ""));
            csv.append('\n');
        }
        AtomicFile.write(folder.resolve("eval.csv"), csv.toString());
        StringBuilder densities = new StringBuilder("latent");
        saes.forEach(sae -> densities.append(',').append(quoted(sae.toString())));
        densities.append('\n');
        int most = scores.stream().mapToInt(s -> s.densities().length).max().orElse(0);
        for (int latent = 0; latent < most; latent++) {
            densities.append(latent);
            for (SaeEvaluation.Scores score : scores) {
                densities.append(',').append(latent < score.densities().length ? Double.toString(score.densities()[latent]) : "");
            }
            densities.append('\n');
        }
        AtomicFile.write(folder.resolve("densities.csv"), densities.toString());
    }

    private static String quoted(String text) {
        return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}

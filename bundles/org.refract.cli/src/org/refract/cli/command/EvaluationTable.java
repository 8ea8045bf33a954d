package org.refract.cli.command;

import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.refract.api.Plain;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.api.model.HookPoint;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.CsvCell;
import org.refract.engine.file.OwnFiles;
import org.refract.engine.metrics.Metric;
import org.refract.engine.metrics.SaeEvaluation;

/**
 * What was measured, a row per measure and a column per dictionary.
 *
 * @param saes the dictionaries
 * @param reading how each was read, where it is another tool's; else no line
 * @param data what they were measured on
 * @param values of each dictionary, by the measure's name
 * @param scores densities and their histograms
 */
record EvaluationTable(List<Path> saes, List<List<String>> reading, Data data, List<Map<String, Double>> values, List<SaeEvaluation.Scores> scores) {

    private static final String MEASURES = "eval.json";
    private static final String TABLE = "eval.csv";
    private static final String DENSITIES = "densities.csv";
    private static final String SHARES = "decoder_norm_shares.csv";
    private static final int MOST = 28;
    private static final int LEAST = 12;

    /**
     * What dictionaries were measured on.
     *
     * @param stores those they read
     * @param target the one a transcoder writes
     * @param points of all of these, in order
     * @param samples vectors
     */
    record Data(List<Path> stores, Optional<Path> target, List<HookPoint> points, long samples) {

        @Override
        public String toString() {
            String read = stores.stream().map(Path::toString).collect(Collectors.joining(" + "));
            String points = points().subList(0, stores.size()).stream().map(HookPoint::toString).collect(Collectors.joining(" + "));
            return String.format(Locale.ROOT, "%s%s, %,d vectors of %s%s", points, target.isPresent() ? " to " + points().getLast() : "", samples, read,
                    target.map(to -> " and " + to).orElse(""));
        }
    }

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

    /**
     * Prints the table.
     *
     * @param width columns of the screen; dictionaries that find no room beside the others stand below them
     */
    void print(PrintWriter out, int width) {
        out.printf("%s%n", data);
        List<String> names = shortNames(saes).stream().map(Plain::line).toList();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            reading.get(i).forEach(line -> wrapped(name + " " + line, width).forEach(part -> out.printf("%s%n", part)));
        }
        List<String> heads = heads(names);
        int first = names().stream().mapToInt(String::length).max().orElse(0);
        int from = 0;
        while (from < heads.size()) {
            int to = from + 1;
            int used = first + room(heads.get(from));
            while (to < heads.size() && used + room(heads.get(to)) <= width) {
                used += room(heads.get(to));
                to++;
            }
            print(out, heads, first, from, to, width);
            from = to;
            if (from < heads.size()) {
                out.println();
            }
        }
        shares().print(out);
    }

    /** A line in pieces that fit, broken between words where there are some. */
    private static List<String> wrapped(String line, int width) {
        List<String> pieces = new ArrayList<>();
        String rest = line;
        while (rest.length() > width) {
            int blank = rest.lastIndexOf(' ', width);
            pieces.add(rest.substring(0, blank > 0 ? blank : width));
            rest = rest.substring(blank > 0 ? blank + 1 : width);
        }
        pieces.add(rest);
        return pieces;
    }

    private SharesTable shares() {
        return new SharesTable(shortNames(saes), scores.stream().map(SaeEvaluation.Scores::shares).toList());
    }

    private void print(PrintWriter out, List<String> heads, int first, int from, int to, int width) {
        int used = first + heads.subList(from, to).stream().mapToInt(EvaluationTable::room).sum();
        out.print(" ".repeat(first));
        heads.subList(from, to).forEach(head -> out.print(right(head, room(head))));
        out.println();
        Map<String, Metric> known = Arrays.stream(Metric.values()).collect(Collectors.toMap(Metric::id, m -> m));
        for (String name : names()) {
            StringBuilder line = new StringBuilder(name).append(" ".repeat(first - name.length()));
            for (int i = from; i < to; i++) {
                Double value = values.get(i).get(name);
                line.append(right(value == null ? "" : number(value), room(heads.get(i))));
            }
            Metric metric = known.get(name.replaceFirst("\\[.*", ""));
            String source = metric == null ? "" : "  " + metric.source();
            out.println(line + (used + source.length() <= width ? source : source.substring(0, Math.max(0, width - used - 1)) + "…"));
        }
        out.println("latents by density (share of vectors in which they are active):");
        for (Double bound : scores.getFirst().histogram().keySet()) {
            if (scores.stream().anyMatch(s -> s.histogram().get(bound) > 0)) {
                String label = bound == 0 ? "never" : String.format(Locale.ROOT, "from %.1e", bound);
                StringBuilder line = new StringBuilder(label).append(" ".repeat(Math.max(0, first - label.length())));
                for (int i = from; i < to; i++) {
                    line.append(right(Integer.toString(scores.get(i).histogram().get(bound)), room(heads.get(i))));
                }
                out.println(line);
            }
        }
    }

    /** What names do not have in common before the last plus sign of that, and of that the end. */
    private static List<String> heads(List<String> names) {
        String common = names.getFirst();
        for (String name : names) {
            while (!name.startsWith(common)) {
                common = common.substring(0, common.length() - 1);
            }
        }
        int cut = names.size() == 1 ? 0 : common.lastIndexOf('+') + 1;
        return names.stream().map(name -> name.substring(cut))
                .map(name -> names.size() > 1 && name.length() > MOST ? "…" + name.substring(name.length() - MOST + 1) : name).toList();
    }

    private static int room(String head) {
        return Math.max(LEAST, head.length()) + 2;
    }

    private static String right(String text, int room) {
        return " ".repeat(Math.max(0, room - text.length())) + text;
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size != 0 && (size < 1e-3 || size >= 1e6) ? "%.3e" : "%.4f", value);
    }

    /** The same as a tree of maps and lists; what is not a number is null, which files leave out. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("store", data.stores().getFirst().toString());
        json.put("point", data.points().getFirst().toString());
        if (data.points().size() > 1) {
            json.put("stores", data.stores().stream().map(Path::toString).toList());
            json.put("points", data.points().stream().map(HookPoint::toString).toList());
        }
        data.target().ifPresent(target -> json.put("target", target.toString()));
        json.put("samples", data.samples());
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < saes.size(); i++) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("sae", saes.get(i).toString());
            if (!reading.get(i).isEmpty()) {
                one.put("reading", reading.get(i));
            }
            Map<String, Object> metrics = new LinkedHashMap<>();
            values.get(i).forEach((name, value) -> metrics.put(name, Double.isFinite(value) ? value : null));
            one.put("metrics", metrics);
            Map<String, Integer> histogram = new LinkedHashMap<>();
            scores.get(i).histogram().forEach((bound, count) -> histogram.put(String.format(Locale.ROOT, "%.3g", bound), count));
            one.put("density_histogram", histogram);
            scores.get(i).shares().ifPresent(its -> one.put("decoder_norm_share_histogram", SharesTable.histograms(its)));
            all.add(one);
        }
        json.put("dictionaries", all);
        Map<String, Object> formulas = new LinkedHashMap<>();
        for (Metric metric : Metric.values()) {
            Map<String, String> said = new LinkedHashMap<>();
            said.put("formula", metric.formula());
            said.put("source", metric.source());
            formulas.put(metric.id(), said);
        }
        json.put("formulas", formulas);
        return json;
    }

    /**
     * Writes {@code eval.json}, {@code eval.csv} (a row per measure), {@code densities.csv} (a row per latent), and of crosscoders {@code
     * decoder_norm_shares.csv} (a row per latent).
     */
    void write(Path folder) throws RefractException {
        check(folder);
        String json = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json());
        AtomicFile.write(folder.resolve(MEASURES), json + "\n");
        StringBuilder csv = new StringBuilder("metric");
        saes.forEach(sae -> csv.append(',').append(CsvCell.of(sae.toString())));
        csv.append('\n');
        for (String name : names()) {
            csv.append(CsvCell.of(name));
            values.forEach(v -> csv.append(',').append(v.containsKey(name) ? v.get(name).toString() : ""));
            csv.append('\n');
        }
        AtomicFile.write(folder.resolve(TABLE), csv.toString());
        StringBuilder densities = new StringBuilder("latent");
        saes.forEach(sae -> densities.append(',').append(CsvCell.of(sae.toString())));
        densities.append('\n');
        int most = scores.stream().mapToInt(s -> s.densities().length).max().orElse(0);
        for (int latent = 0; latent < most; latent++) {
            densities.append(latent);
            for (SaeEvaluation.Scores score : scores) {
                densities.append(',').append(latent < score.densities().length ? Double.toString(score.densities()[latent]) : "");
            }
            densities.append('\n');
        }
        AtomicFile.write(folder.resolve(DENSITIES), densities.toString());
        if (shares().isThere()) {
            AtomicFile.write(folder.resolve(SHARES), shares().csv());
        }
    }

    /**
     * Looks at the folder before anything is measured.
     *
     * @throws RefractException if files of others have the names of those that would be written there
     */
    static void check(Path folder) throws RefractException {
        OwnFiles.check(folder, List.of(MEASURES, TABLE, DENSITIES, SHARES), EvaluationTable::areThere);
    }

    private static boolean areThere(Path folder) {
        try {
            Json json = Json.read(folder.resolve(MEASURES));
            return json.has("dictionaries") && json.has("formulas");
        } catch (RefractException notOurs) {
            return false;
        }
    }
}

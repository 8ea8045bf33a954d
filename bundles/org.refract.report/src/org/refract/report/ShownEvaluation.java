package org.refract.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.FileFailure;
import org.refract.engine.unpack.RunFolder;

/**
 * How good the dictionaries of a hook point are, as {@code refract eval} measured it.
 *
 * @param point        the hook point
 * @param samples      vectors that they were measured on
 * @param dictionaries their names
 * @param measures     a row per measure
 */
record ShownEvaluation(String point, long samples, List<String> dictionaries, List<Measure> measures) {
    private static final String FILE = "eval.json";

    /**
     * A measure.
     *
     * @param name    as eval names it
     * @param formula with whose it is; empty if the file does not say
     * @param values  of each dictionary; NaN where it has none
     */
    record Measure(String name, String formula, List<Double> values) {
    }

    /** All evaluations that lie in a run. */
    static List<ShownEvaluation> read(RunFolder run) throws RefractException {
        List<ShownEvaluation> shown = new ArrayList<>();
        if (!Files.isDirectory(run.evaluation())) {
            return shown;
        }
        List<Path> folders = new ArrayList<>(List.of(run.evaluation()));
        try (Stream<Path> inside = Files.list(run.evaluation())) {
            inside.sorted().forEach(folders::add);
        } catch (IOException e) {
            throw FileFailure.reading(run.evaluation(), e);
        }
        for (Path folder : folders) {
            if (Files.isRegularFile(folder.resolve(FILE))) {
                shown.add(of(Json.read(folder.resolve(FILE))));
            }
        }
        return shown;
    }

    private static ShownEvaluation of(Json file) throws RefractException {
        List<String> names = new ArrayList<>();
        List<Map<String, Json>> values = new ArrayList<>();
        Set<String> measures = new LinkedHashSet<>();
        for (Json dictionary : file.at("dictionaries").items()) {
            names.add(dictionary.at("sae").text());
            values.add(dictionary.at("metrics").fields());
            measures.addAll(values.getLast().keySet());
        }
        Map<String, Json> formulas = file.at("formulas").fields();
        List<Measure> rows = new ArrayList<>();
        for (String measure : measures) {
            List<Double> row = new ArrayList<>();
            for (Map<String, Json> of : values) {
                row.add(of.containsKey(measure) ? of.get(measure).number() : Double.NaN);
            }
            Json formula = formulas.get(measure);
            rows.add(new Measure(measure, formula == null ? "" : formula.at("formula").text() + " (" + formula.at("source").text() + ")", row));
        }
        return new ShownEvaluation(Block.path(file.at("point").text()), file.at("samples").integer(), shortened(names), rows);
    }

    /** The ends of paths, where they tell them apart, and of these what is not the same for all: {@code topk+k=5} of a grid. */
    private static List<String> shortened(List<String> paths) {
        List<String> ends = paths.stream().map(p -> p.replaceAll(".*[/\\\\](?=[^/\\\\])", "")).toList();
        if (Set.copyOf(ends).size() < ends.size()) {
            return paths;
        }
        String common = ends.getFirst();
        for (String end : ends) {
            while (!end.startsWith(common)) {
                common = common.substring(0, common.length() - 1);
            }
        }
        int cut = ends.size() == 1 ? 0 : common.lastIndexOf('+') + 1;
        return ends.stream().map(end -> end.substring(cut)).toList();
    }
}

package org.refract.engine.unpack;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.refract.api.FileName;
import org.refract.api.RefractException;
import org.refract.api.analysis.Finding;
import org.refract.api.json.Json;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.CsvCell;
import org.refract.engine.file.Enclosed;
import org.refract.engine.file.FileFailure;
import org.refract.pictures.EncodedPicture;
import org.refract.pictures.PictureFile;

/**
 * Findings as files, in one folder per analysis. {@code findings.json} lists them in order; a table lies as {@code <id>.csv} (RFC 4180)
 * and {@code <id>.json} ({@code {"kind": "table", "id", "title", "explanation", "columns", "rows"}}), pictures as {@code <id>-0.png} ...
 * and {@code <id>.json} ({@code {"kind": "pictures", "id", "title", "explanation", "columns", "pictures": [{"caption", "file"}]}}).
 */
public final class FindingFiles {
    private static final String LIST = "findings.json";

    private FindingFiles() {
    }

    /** Writes all findings of an analysis, replacing older ones whole. */
    public static void write(Path folder, List<Finding> findings) throws RefractException {
        try (AtomicFolder whole = AtomicFolder.create(folder, own(folder)::contains)) {
            JsonArray list = new JsonArray();
            for (Finding finding : findings) {
                FileName.require(finding.id(), "The analysis '" + folder.getFileName() + "'");
                switch (finding) {
                    case Finding.Table table -> {
                        list.add(table.id());
                        AtomicFile.write(whole.path().resolve(table.id() + ".csv"), csv(table));
                        AtomicFile.write(whole.path().resolve(table.id() + ".json"), Json.text(json(table)));
                    }
                    case Finding.Pictures pictures -> {
                        list.add(pictures.id());
                        writePictures(whole.path(), pictures);
                    }
                }
            }
            AtomicFile.write(whole.path().resolve(LIST), Json.text(list));
            whole.commit();
        }
    }

    /** Names of the files that the findings in a folder consist of. */
    private static Set<String> own(Path folder) throws RefractException {
        Set<String> names = new HashSet<>();
        if (present(folder)) {
            names.add(LIST);
            for (Json id : Json.read(folder.resolve(LIST)).items()) {
                names.add(id.text() + ".json");
                names.add(id.text() + ".csv");
                if (Files.isRegularFile(folder.resolve(id.text() + ".json"))) {
                    Json finding = Json.read(folder.resolve(id.text() + ".json"));
                    if (finding.has("pictures")) {
                        for (Json picture : finding.at("pictures").items()) {
                            names.add(picture.at("file").text());
                        }
                    }
                }
            }
        }
        return names;
    }

    /** Whether the findings of an analysis are there. */
    public static boolean present(Path folder) {
        return Files.isRegularFile(folder.resolve(LIST));
    }

    /** The analyses of a run, in alphabetical order. */
    public static List<String> analyses(RunFolder run) throws RefractException {
        if (!Files.isDirectory(run.findings())) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(run.findings())) {
            return folders.filter(FindingFiles::present).map(f -> f.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw FileFailure.reading(run.findings(), e);
        }
    }

    /** The findings of one analysis, in its order. */
    public static List<Finding> read(Path folder) throws RefractException {
        List<Finding> findings = new ArrayList<>();
        for (Json id : Json.read(folder.resolve(LIST)).items()) {
            Path file = Enclosed.file(folder, id, ".json");
            Json json = Json.read(file);
            if (!json.at("id").text().equals(id.text())) {
                throw json.at("id").wrong("'" + id.text() + "', as " + LIST + " calls it");
            }
            findings.add(json.at("kind").text().equals("table") ? table(json) : pictures(folder, json));
        }
        return findings;
    }

    private static JsonObject head(String kind, String id, Finding finding) {
        JsonObject json = new JsonObject();
        json.addProperty("kind", kind);
        json.addProperty("id", id);
        json.addProperty("title", finding.title());
        json.addProperty("explanation", finding.explanation());
        return json;
    }

    private static JsonObject json(Finding.Table table) {
        JsonObject json = head("table", table.id(), table);
        JsonArray columns = new JsonArray();
        table.columns().forEach(columns::add);
        json.add("columns", columns);
        JsonArray rows = new JsonArray();
        for (List<Object> row : table.rows()) {
            JsonArray cells = new JsonArray();
            row.forEach(cell -> cells.add(cell(cell)));
            rows.add(cells);
        }
        json.add("rows", rows);
        return json;
    }

    private static JsonElement cell(Object cell) {
        return switch (cell) {
            case Double number when !Double.isFinite(number) -> new JsonPrimitive(number.toString());
            case Number number -> new JsonPrimitive(number);
            default -> new JsonPrimitive(cell.toString());
        };
    }

    private static String csv(Finding.Table table) {
        StringBuilder csv = new StringBuilder(line(table.columns()));
        table.rows().forEach(row -> csv.append(line(row)));
        return csv.toString();
    }

    private static String line(List<?> cells) {
        return cells.stream().map(CsvCell::of).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static void writePictures(Path folder, Finding.Pictures finding) throws RefractException {
        JsonObject json = head("pictures", finding.id(), finding);
        json.addProperty("columns", finding.columns());
        JsonArray list = new JsonArray();
        for (int i = 0; i < finding.pictures().size(); i++) {
            Finding.Picture picture = finding.pictures().get(i);
            String file = finding.id() + "-" + i + ".png";
            AtomicFile.write(folder.resolve(file), PictureFile.png(picture.image()));
            JsonObject entry = new JsonObject();
            entry.addProperty("caption", picture.caption());
            entry.addProperty("file", file);
            list.add(entry);
        }
        json.add("pictures", list);
        AtomicFile.write(folder.resolve(finding.id() + ".json"), Json.text(json));
    }

    private static Finding.Table table(Json json) throws RefractException {
        List<List<Object>> rows = new ArrayList<>();
        for (Json row : json.at("rows").items()) {
            List<Object> cells = new ArrayList<>();
            for (Json cell : row.items()) {
                cells.add(cell.isNumber() ? number(cell) : cell.text());
            }
            rows.add(cells);
        }
        return new Finding.Table(json.at("id").text(), json.at("title").text(), json.at("explanation").text(), json.at("columns").texts(), rows);
    }

    private static Object number(Json cell) throws RefractException {
        String text = cell.element().getAsString();
        return text.matches("-?\\d{1,18}") ? (Object) cell.integer() : (Object) cell.number();
    }

    private static Finding.Pictures pictures(Path folder, Json json) throws RefractException {
        List<Finding.Picture> pictures = new ArrayList<>();
        for (Json picture : json.at("pictures").items()) {
            Path file = Enclosed.file(folder, picture.at("file"), "");
            BufferedImage image = EncodedPicture.of(file).decoded().orElseThrow(() -> RefractException.usage(
                    "The picture %s is damaged; delete its folder and run the analysis again.", file));
            pictures.add(new Finding.Picture(picture.at("caption").text(), image));
        }
        return new Finding.Pictures(json.at("id").text(), json.at("title").text(), json.at("explanation").text(),
                json.at("columns").integer(1, 1000), pictures);
    }
}

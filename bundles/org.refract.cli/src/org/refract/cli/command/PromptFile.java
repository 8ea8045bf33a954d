package org.refract.cli.command;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.FileFailure;

/**
 * A file of prompts, one picture or more a line. {@code .jsonl}: one object each, {@code {"prompt": "a cat", "steps": 20}}. {@code .csv}: the
 * first line names the columns (RFC 4180). Names are the long options of {@code refract generate}, with dashes or underscores. Any other
 * file: each line is a prompt; empty lines and those that begin with # are left out.
 */
final class PromptFile {
    /** What the whole command says and one line cannot. */
    private static final Set<String> OF_THE_COMMAND = Set.of("device");

    private PromptFile() {
    }

    /**
     * One line.
     *
     * @param values what it says; the prompt is under {@value PastPicture#PROMPT}
     * @param place  {@code file:line}, for sentences
     */
    record Line(OptionValues values, String place) {
    }

    /**
     * Reads all lines.
     *
     * @throws RefractException if a line cannot be understood: which, and why
     */
    static List<Line> read(Path file) throws RefractException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        String text = text(file);
        List<Line> lines = name.endsWith(".jsonl") || name.endsWith(".ndjson") ? jsonLines(file, text) : name.endsWith(".csv") ? table(file, text) : plain(file, text);
        if (lines.isEmpty()) {
            throw RefractException.usage("%s holds no prompt.", file);
        }
        for (Line line : lines) {
            for (String known : OF_THE_COMMAND) {
                if (line.values().has(known)) {
                    throw RefractException.usage("%s: '%s' holds for the whole command; say it there.", line.place(), known);
                }
            }
        }
        return lines;
    }

    private static String text(Path file) throws RefractException {
        if (Files.isDirectory(file)) {
            throw RefractException.usage("%s is a folder, not a file of prompts.", file);
        }
        try {
            String text = Files.readString(file);
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw RefractException.usage("%s is not text in UTF-8.", file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static List<Line> plain(Path file, String text) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\r?\n", -1)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                lines.add(new Line(new OptionValues(Map.of(PastPicture.PROMPT, List.of(line.strip()))), file + ":" + number));
            }
        }
        return lines;
    }

    private static List<Line> jsonLines(Path file, String text) throws RefractException {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\r?\n", -1)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String place = file + ":" + number;
            lines.add(line(fields(line, place), place));
        }
        return lines;
    }

    private static Map<String, List<String>> fields(String line, String place) throws RefractException {
        Map<String, List<String>> values = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Json> field : Json.parse(place, line).fields().entrySet()) {
                List<String> said = new ArrayList<>();
                for (Json item : field.getValue().isList() ? field.getValue().items() : List.of(field.getValue())) {
                    said.add(PictureRecord.text(item));
                }
                values.put(field.getKey().replace('_', '-'), said);
            }
        } catch (RefractException e) {
            throw RefractException.usage("%s: a line is an object of texts, numbers, switches and lists of them, such as {\"prompt\": \"a cat\", \"steps\": 20}; %s",
                    place, e.getMessage());
        }
        return values;
    }

    private static List<Line> table(Path file, String text) throws RefractException {
        List<CsvRow> rows = CsvRow.all(file.toString(), text);
        if (rows.isEmpty()) {
            return List.of();
        }
        List<String> names = rows.getFirst().cells().stream().map(n -> n.strip().toLowerCase(Locale.ROOT).replace('_', '-')).toList();
        if (!names.contains(PastPicture.PROMPT)) {
            throw RefractException.usage("%s:1: the first line must name the columns, and one of them must be 'prompt'.", file);
        }
        List<Line> lines = new ArrayList<>();
        for (CsvRow row : rows.subList(1, rows.size())) {
            String place = file + ":" + row.line();
            if (row.cells().size() != names.size()) {
                throw RefractException.usage("%s: there are %d columns, and the first line names %d.", place, row.cells().size(), names.size());
            }
            Map<String, List<String>> values = new LinkedHashMap<>();
            for (int i = 0; i < names.size(); i++) {
                if (!row.cells().get(i).isEmpty() || names.get(i).equals(PastPicture.PROMPT)) {
                    values.put(names.get(i), List.of(row.cells().get(i)));
                }
            }
            lines.add(line(values, place));
        }
        return lines;
    }

    private static Line line(Map<String, List<String>> values, String place) throws RefractException {
        if (!values.containsKey(PastPicture.PROMPT) || values.get(PastPicture.PROMPT).size() != 1) {
            throw RefractException.usage("%s: the line needs a 'prompt'.", place);
        }
        return new Line(new OptionValues(values), place);
    }
}

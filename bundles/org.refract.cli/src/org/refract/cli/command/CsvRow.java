package org.refract.cli.command;

import java.util.ArrayList;
import java.util.List;
import org.refract.api.RefractException;

/**
 * A row of comma-separated values (RFC 4180): cells may stand in quotation marks and then hold commas, line ends and doubled marks.
 *
 * @param line where it begins, from 1
 */
record CsvRow(List<String> cells, int line) {

    /**
     * The rows of a text, without empty lines.
     *
     * @param file what sentences call it
     * @throws RefractException if a quotation mark is not closed
     */
    static List<CsvRow> all(String file, String text) throws RefractException {
        List<CsvRow> rows = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        int line = 1;
        int begun = 1;
        int opened = 1;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '\n';
            if (c == '\n') {
                line++;
            }
            if (quoted && i < text.length()) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append(c);
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && cell.isEmpty()) {
                quoted = true;
                opened = line;
            } else if (c == ',' || c == '\n') {
                cells.add(cell.toString());
                cell.setLength(0);
                if (c == '\n') {
                    if (cells.size() > 1 || !cells.getFirst().isBlank()) {
                        rows.add(new CsvRow(List.copyOf(cells), begun));
                    }
                    cells.clear();
                    begun = line;
                }
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        if (quoted) {
            throw RefractException.usage("%s:%d: a quotation mark is not closed before the file ends.", file, opened);
        }
        return rows;
    }
}

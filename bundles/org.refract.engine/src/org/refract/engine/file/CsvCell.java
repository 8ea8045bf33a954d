package org.refract.engine.file;

import java.util.regex.Pattern;

/**
 * Cells of CSV files (RFC 4180). A spreadsheet computes what begins with {@code = + - @}, a tab or a return; text from anybody that does so, and is no
 * number, gets an apostrophe before it, as spreadsheets have it themselves.
 */
public final class CsvCell {
    private static final Pattern FORMULA = Pattern.compile("^[=+\\-@\\t\\r].*", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|-?(Infinity|NaN)");

    private CsvCell() {
    }

    /** The cell of a text or a number, in quotation marks where it needs them. */
    public static String of(Object value) {
        String text = value.toString();
        String plain = !(value instanceof Number) && FORMULA.matcher(text).matches() && !NUMBER.matcher(text).matches() ? "'" + text : text;
        return plain.matches("[^\",\r\n]*") ? plain : '"' + plain.replace("\"", "\"\"") + '"';
    }
}

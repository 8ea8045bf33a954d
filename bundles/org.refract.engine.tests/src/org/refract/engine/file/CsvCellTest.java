package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CsvCellTest {
    @Test
    void noTextIsComputedByASpreadsheet() {
        for (String begin : List.of("=", "+", "-", "@", "\t")) {
            assertEquals("'" + begin + "cmd|' /C calc'!A0", CsvCell.of(begin + "cmd|' /C calc'!A0"));
        }
        assertEquals("\"'=HYPERLINK(\"\"https://e\"\",1)\"", CsvCell.of("=HYPERLINK(\"https://e\",1)"));
        assertEquals("\"'\r=1\"", CsvCell.of("\r=1"));
        assertEquals("'-2+3", CsvCell.of("-2+3"));
    }

    @Test
    void numbersStayNumbersAndWordsStayWords() {
        assertEquals("-2.5", CsvCell.of(-2.5));
        assertEquals("-Infinity", CsvCell.of(Double.NEGATIVE_INFINITY));
        assertEquals("-1.5E-4", CsvCell.of("-1.5E-4"));
        assertEquals("+3", CsvCell.of("+3"));
        assertEquals("a = b", CsvCell.of("a = b"));
        assertEquals("\"a, \"\"b\"\"\"", CsvCell.of("a, \"b\""));
    }
}

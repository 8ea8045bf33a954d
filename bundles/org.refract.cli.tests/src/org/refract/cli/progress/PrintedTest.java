package org.refract.cli.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PrintedTest {
    /** Every character that a terminal obeys, and those that turn the order of letters. */
    private static final String OBEYED = obeyed();

    private final StringWriter terminal = new StringWriter();
    private final Printed err = Printed.of(new PrintWriter(terminal));
    private final Printed out = err.beside(new PrintWriter(terminal));

    private static String obeyed() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x2070; c++) {
            if (Character.isISOControl(c) && c != '\n' && c != '\t' || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069) {
                all.append(c).append("x");
            }
        }
        return all.toString();
    }

    private String shown() {
        out.flush();
        err.flush();
        return terminal.toString();
    }

    private static void assertObeysNothing(String shown) {
        shown.chars().forEach(c -> assertTrue(OBEYED.indexOf(c) < 0 || c == 'x', () -> "U+%04X in %s".formatted(c, shown)));
    }

    @Test
    void nothingPrintedMovesTheCursorRingsOrWritesTheClipboard() {
        out.println("name\u001b]52;c;cm0gLXJm\u0007 \u009b2J" + OBEYED);
        out.printf("%s%n", OBEYED);
        out.append(OBEYED).append('\u001b').write(0x9b);
        out.print(OBEYED.toCharArray());
        new RuntimeException(OBEYED).printStackTrace(err);
        err.styled("plain " + OBEYED + "\u001b[");
        assertObeysNothing(shown());
        assertTrue(shown().contains("name\\u001b]52;c;cm0gLXJm\\u0007 \\u009b2J"), shown());
    }

    @Test
    void whatStandsInALineDoesNotEndIt() {
        out.printf("prompt: %s%n", "a cat\nrefract: everything is fine\r\n\u2028next");
        assertEquals("prompt: a cat\\nrefract: everything is fine\\u000d\\n\\u2028next" + System.lineSeparator(), shown());
    }

    @Test
    void textOfSeveralLinesAndOtherLettersStayAsTheyAre() {
        String text = "one\n\ttwo\r\nthree é 猫 🐈 שלום\n";
        out.print(text);
        assertEquals(text, shown());
    }

    @Test
    void jsonStaysTheSameJson() {
        String value = "\u009b31m \u007f \u202e \u001b[2J \n é";
        out.println(new Gson().toJson(value));
        assertObeysNothing(shown().strip());
        assertEquals(value, new Gson().fromJson(shown(), String.class));
    }

    @Test
    void ownColoursAndCursorMovesReachTheTerminal() {
        String frame = "\u001b[2J\u001b[H\u001b[34m━\u001b[0m name\u001b[K\n\u001b[J";
        out.styled(frame);
        assertEquals(frame, shown());
    }

    @Test
    void thereIsOneProgressLineBelowWhatIsPrinted() {
        ProgressMonitor progress = new ProgressMonitor(err, new Terminal(true, 80, 24), false, () -> Instant.EPOCH);
        progress.stage("Drawing\u001b[2J", 3);
        out.printf("%s%n", "a.png");
        progress.note("A note.\nof two lines");
        out.print("half a ");
        progress.advance(1);
        out.println("line");
        progress.close();
        Screen screen = new Screen(shown());
        assertEquals("a.png|A note.\\nof two lines|half a line|Drawing\\u001b[2J  ━━━━━━━━━━╸───────────────────   33 %  1/3", screen.toString());
    }

    @Test
    void theWholeJobStandsFirst() {
        ProgressMonitor progress = new ProgressMonitor(err, new Terminal(true, 60, 24), false, () -> Instant.EPOCH);
        progress.headline("whole job 12 %, 3 min left");
        progress.stage("Training 4 dictionaries on what the blocks wrote", 1000);
        progress.close();
        assertTrue(new Screen(shown()).toString().startsWith("whole job 12 %, 3 min left  Training"), shown());
    }

    /** What stands on a terminal after a text: it knows {@code \r}, the line end and ESC[K. */
    private static final class Screen {
        private final StringBuilder done = new StringBuilder();
        private String line = "";

        Screen(String text) {
            int column = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (text.startsWith("\u001b[K", i)) {
                    line = line.substring(0, Math.min(column, line.length()));
                    i += 2;
                } else if (c == '\r') {
                    column = 0;
                } else if (c == '\n') {
                    done.append(done.isEmpty() ? "" : "|").append(line);
                    line = "";
                    column = 0;
                } else {
                    line = line.substring(0, Math.min(column, line.length())) + c + line.substring(Math.min(column + 1, line.length()));
                    column++;
                }
            }
        }

        @Override
        public String toString() {
            return done.toString() + line;
        }
    }
}

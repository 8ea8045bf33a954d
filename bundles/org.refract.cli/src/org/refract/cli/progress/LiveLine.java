package org.refract.cli.progress;

import java.io.IOException;
import java.io.Writer;

/**
 * The line at the bottom of a terminal that is rewritten while work goes on. What else is printed goes above it: the line is taken away before and comes
 * back after, so that there is never more than one.
 */
final class LiveLine {
    private static final String TAKEN_AWAY = "\r\u001b[K";

    private final Writer terminal;
    private String line = "";
    private boolean shown;
    private boolean within;

    LiveLine(Writer terminal) {
        this.terminal = terminal;
    }

    /** Shows a line, plain text, instead of the one before. */
    synchronized void show(String text) throws IOException {
        line = text;
        if (!within) {
            terminal.write("\r" + text + "\u001b[K");
            terminal.flush();
            shown = true;
        }
    }

    /** Lets the line stand as it is; the next one goes below it. */
    synchronized void keep() throws IOException {
        if (shown) {
            terminal.write(System.lineSeparator());
            terminal.flush();
        }
        line = "";
        shown = false;
    }

    /** Writes text to a stream of the same terminal, above the line. */
    synchronized void above(Writer stream, String text) throws IOException {
        if (shown) {
            terminal.write(TAKEN_AWAY);
            terminal.flush();
            shown = false;
        }
        stream.write(text);
        within = text.isEmpty() ? within : !text.endsWith("\n");
        if (!line.isEmpty() && !within) {
            stream.flush();
            show(line);
        }
    }
}

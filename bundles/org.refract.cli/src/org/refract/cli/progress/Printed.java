package org.refract.cli.progress;

import org.refract.api.Plain;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Standard output or error as every command has it: the one place where text comes to a terminal. Whatever is printed is {@link Plain}; what
 * is formatted into a line by {@code printf} stays in that line. Colours and cursor moves of our own go through {@link #styled}.
 */
public final class Printed extends PrintWriter {
    private static final Pattern OWN = Pattern.compile("\u001b\\[(?:[0-9;]*m|[KHJ]|2J)");

    private final Writer stream;
    private final LiveLine live;

    private Printed(Writer stream, LiveLine live) {
        super(new Filter(stream, live), true);
        this.stream = stream;
        this.live = live;
    }

    /** A stream that has no progress below it; one that is this already stays as it is. */
    public static Printed of(PrintWriter stream) {
        return stream instanceof Printed printed ? printed : new Printed(stream, new LiveLine(stream));
    }

    /** Standard output beside this standard error, above the same progress. */
    public Printed beside(PrintWriter output) {
        return new Printed(output, live);
    }

    /** Prints a text of our own with its colours and cursor moves; what others wrote into it was made {@link Plain#line} before. */
    public void styled(String text) {
        StringBuilder shown = new StringBuilder();
        int from = 0;
        for (Matcher own = OWN.matcher(text); own.find(); from = own.end()) {
            shown.append(Plain.text(text.substring(from, own.start()))).append(own.group());
        }
        shown.append(Plain.text(text.substring(from)));
        tell(() -> live.above(stream, shown.toString()));
        flush();
    }

    /** Shows how far work is in a line that stays below everything that is printed, instead of the line before. */
    void progress(String line) {
        tell(() -> live.show(Plain.line(line)));
    }

    /** Lets the progress stand as it is. */
    void keepProgress() {
        tell(live::keep);
    }

    @Override
    public PrintWriter format(String format, Object... values) {
        return super.format(format, inLine(values));
    }

    @Override
    public PrintWriter format(Locale locale, String format, Object... values) {
        return super.format(locale, format, inLine(values));
    }

    private static Object[] inLine(Object[] values) {
        Object[] plain = values.clone();
        for (int i = 0; i < plain.length; i++) {
            plain[i] = plain[i] == null || plain[i] instanceof Number || plain[i] instanceof Boolean ? plain[i] : Plain.line(plain[i].toString());
        }
        return plain;
    }

    private interface Told {
        void tell() throws IOException;
    }

    private static void tell(Told told) {
        try {
            told.tell();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing reaches the stream but through here. */
    private static final class Filter extends Writer {
        private final Writer stream;
        private final LiveLine live;

        Filter(Writer stream, LiveLine live) {
            this.stream = stream;
            this.live = live;
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            live.above(stream, Plain.text(new String(text, from, length)));
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}

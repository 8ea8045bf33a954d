package org.refract.launcher;

import java.io.PrintStream;

/** A standard output that stays open for the others when somebody closes it. */
final class UnclosableOutput extends PrintStream {

    UnclosableOutput(PrintStream output) {
        super(output, true, output.charset());
    }

    @Override
    public void close() {
        flush();
    }
}

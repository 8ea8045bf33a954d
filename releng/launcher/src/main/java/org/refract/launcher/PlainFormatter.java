package org.refract.launcher;

import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.refract.api.Plain;

/** What libraries log as one line for a terminal: {@code refract: WARNING ai.djl: what happened (IOException: why)}. The stack trace is in the log file. */
public final class PlainFormatter extends Formatter {

    @Override
    public String format(LogRecord record) {
        String thrown = record.getThrown() == null ? "" : " (" + record.getThrown() + ")";
        return Plain.line("refract: " + record.getLevel().getName() + " " + record.getLoggerName() + ": " + formatMessage(record) + thrown)
                + System.lineSeparator();
    }
}

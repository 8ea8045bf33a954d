package org.refract.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.ErrorManager;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.refract.api.Plain;

/**
 * The log of a user's failures with their stack traces, and of what libraries warn of: {@code refract.log.0} and up to two older files of
 * {@value #MOST} bytes. It is opened with the first record; where its folder cannot be written to there is none, and nothing else changes.
 */
final class LogFile extends Handler {

    /** Whoever summarises a failure as a sentence gives it to this logger, which shows nothing on the terminal. */
    static final Logger FAILURES = Logger.getLogger("org.refract.failures");

    private static final String NAME = "refract.log";
    private static final int MOST = 1 << 20;
    private static final int FILES = 3;
    /** System property: the folder, once something is in it. */
    private static final String FOLDER = "refract.logs";

    private final Path folder;
    private FileHandler file;
    private boolean closed;

    private LogFile(Path folder) {
        this.folder = folder;
    }

    /** From now on failures are kept in a folder. */
    static void install(Path folder) {
        LogFile log = new LogFile(folder);
        FAILURES.setUseParentHandlers(false);
        FAILURES.addHandler(log);
        Logger.getLogger("").addHandler(log);
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (file == null && !closed) {
            open();
        }
        if (file != null && isLoggable(record)) {
            file.publish(record);
        }
    }

    private void open() {
        try {
            Files.createDirectories(folder);
            // a % begins a pattern of FileHandler's own
            file = new FileHandler(folder.resolve(NAME).toString().replace("%", "%%"), MOST, FILES, true);
            file.setEncoding(StandardCharsets.UTF_8.name());
            file.setFormatter(new Whole());
            file.setErrorManager(new Silent());
            System.setProperty(FOLDER, folder.toString());
        } catch (IOException | RuntimeException unwritable) {
            closed = true;
        }
    }

    @Override
    public synchronized void flush() {
        if (file != null) {
            file.flush();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** A disk that is full is no reason to write to the terminal what should have gone to the file. */
    private static final class Silent extends ErrorManager {
        @Override
        public void error(String message, Exception e, int code) {
            // nothing could be done about it
        }
    }

    /** Time, process, sentence and stack trace; who looks at the file in a terminal is as safe as who reads the sentence there. */
    private static final class Whole extends Formatter {
        @Override
        public String format(LogRecord record) {
            StringWriter text = new StringWriter();
            text.append(record.getInstant().toString()).append(" process ").append(Long.toString(ProcessHandle.current().pid())).append(' ')
                    .append(record.getLevel().getName()).append(' ').append(String.valueOf(record.getLoggerName())).append(": ")
                    .append(formatMessage(record)).append(System.lineSeparator());
            if (record.getThrown() != null) {
                record.getThrown().printStackTrace(new PrintWriter(text, true));
            }
            return Plain.text(text.toString());
        }
    }
}

package org.refract.cli;

import java.nio.file.FileSystemException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.refract.api.RefractException;

/**
 * Keeps the stack trace of a failure that a person is told in a sentence, in the log file of the launcher, which takes what this logger gets and
 * shows it on no terminal.
 */
final class FailureLog {

    /** System property: the folder of the log file, once something was written there. */
    private static final String FOLDER = "refract.logs";
    private static final Logger LOG = Logger.getLogger("org.refract.failures");

    private FailureLog() {
    }

    /**
     * Keeps a failure, unless it is only a wrong request or a stop.
     *
     * @return where that is, to be said after the sentence of a failure that nobody expected; empty for others, or if there is no log
     */
    static String kept(Throwable failure) {
        Throwable e = Sentences.unwrapped(failure);
        boolean stopped = Sentences.exitCode(e) == CommandLineRun.STOPPED;
        if (stopped || e instanceof RefractException known && known.exitCode() == RefractException.USAGE && known.getCause() == null) {
            return "";
        }
        LOG.log(Level.SEVERE, Sentences.of(e), e);
        String folder = System.getProperty(FOLDER, "");
        return folder.isEmpty() || isExpected(e) ? "" : " The log in " + folder + " says more.";
    }

    private static boolean isExpected(Throwable e) {
        return e instanceof FileSystemException || e instanceof OutOfMemoryError
                || e instanceof RefractException known && !(known.getCause() instanceof RuntimeException || known.getCause() instanceof Error);
    }
}

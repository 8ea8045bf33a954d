package org.refract.api;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A failure that a person can mend. Its message is one sentence: what is wrong, where, and what to do.
 * Faces print the message alone, never a stack trace, and exit with {@link #exitCode()}.
 */
public final class RefractException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Exit code of a wrong request, and of wrong or damaged input. */
    public static final int USAGE = 2;
    /** Exit code of a request that could not be carried out. */
    public static final int FAILURE = 1;

    /** A name of thousands of characters, out of a damaged file, must not bury the sentence that quotes it. */
    private static final int LONGEST = 1000;

    private final int exitCode;

    private RefractException(String sentence, int exitCode, Throwable cause) {
        super(readable(sentence), cause);
        this.exitCode = exitCode;
    }

    private static String readable(String sentence) {
        String line = sentence.strip().replaceAll("\\s*\\R\\s*", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST / 2) + " ... " + line.substring(line.length() - LONGEST / 2);
    }

    /** What was given is wrong (an unknown name, a missing file, a value out of range, a file that is damaged or not what it should be): exit code 2. */
    public static RefractException usage(String sentence, Object... values) {
        return new RefractException(sentence.formatted(values), USAGE, null);
    }

    /** As {@link #usage(String, Object...)}, keeping the cause for the log. */
    public static RefractException usage(Throwable cause, String sentence, Object... values) {
        return new RefractException(sentence.formatted(values), USAGE, cause);
    }

    /** What was given is right but could not be carried out (a full disk, too little memory, a fault of a program): exit code 1. */
    public static RefractException failure(String sentence, Object... values) {
        return new RefractException(sentence.formatted(values), FAILURE, null);
    }

    /** As {@link #failure(String, Object...)}, keeping the cause for the log. */
    public static RefractException failure(Throwable cause, String sentence, Object... values) {
        return new RefractException(sentence.formatted(values), FAILURE, cause);
    }

    /** Why a file could not be read. */
    public static RefractException unreadable(Path file, IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> usage("There is no file %s.", file);
            case AccessDeniedException denied -> usage("%s may not be read: check its permissions.", file);
            case EOFException cut -> usage(e, "%s is damaged: it ends in the middle.", file);
            default -> failure(e, "%s cannot be read: %s.", file, reason(e));
        };
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    /** What the process ends with: {@link #USAGE} or {@link #FAILURE}. */
    public int exitCode() {
        return exitCode;
    }
}

package org.refract.cli;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;

/** One sentence for a failure of any kind. */
public final class Sentences {
    private Sentences() {
    }

    /** The failure itself, without the wrappers that threads and streams put round it. */
    static Throwable unwrapped(Throwable failure) {
        Throwable e = failure;
        while ((e instanceof ExecutionException || e instanceof CompletionException || e instanceof UncheckedIOException)
                && e.getCause() != null) {
            e = e.getCause();
        }
        return e;
    }

    /** A sentence a person can act on; never a class name alone, never more than one line. */
    public static String of(Throwable failure) {
        Throwable e = unwrapped(failure);
        String sentence = switch (e) {
            case RefractException known -> known.getMessage();
            case CancelledException stopped -> stopped.getMessage();
            case AccessDeniedException denied -> "No permission for " + denied.getFile() + ".";
            case NoSuchFileException missing -> "There is no " + missing.getFile() + ".";
            case FileAlreadyExistsException existing -> existing.getFile() + " is already there and is something else.";
            case NotDirectoryException file -> file.getFile() + " is not a folder.";
            case ReadOnlyFileSystemException readOnly -> "The file system is read-only; choose another folder with --out.";
            case FileSystemException disk -> disk.getFile() + ": " + disk.getReason() + ".";
            case OutOfMemoryError memory -> "There is not enough memory; take a smaller batch or give more with REFRACT_JAVA_OPTIONS=-Xmx8g.";
            case LinkageError linkage -> "a class it needs is missing or of another version (" + linkage.getMessage() + ").";
            default -> e.getMessage() == null ? "an unexpected " + e.getClass().getSimpleName() + "; --debug shows where."
                    : e.getMessage();
        };
        return sentence.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /** 2 for a wrong request, 130 for a stop, 1 for the rest. */
    static int exitCode(Throwable failure) {
        return switch (unwrapped(failure)) {
            case RefractException known -> known.exitCode();
            case CancelledException stopped -> CommandLineRun.STOPPED;
            case InterruptedException stopped -> CommandLineRun.STOPPED;
            default -> CommandLineRun.FAILURE;
        };
    }
}

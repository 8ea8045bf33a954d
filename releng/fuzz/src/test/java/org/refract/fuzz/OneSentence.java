package org.refract.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.refract.api.RefractException;

/** What a reader may do with a damaged file: read it all the same, or say in one sentence what is wrong. */
final class OneSentence {

    /** Reads something and closes it again. */
    @FunctionalInterface
    interface Reading {
        void run() throws RefractException;
    }

    private OneSentence() {
    }

    /** Fails unless the reading succeeds or ends with one sentence. */
    static void orSound(Reading reading) {
        try {
            reading.run();
        } catch (RefractException e) {
            String said = e.getMessage();
            if (said == null || said.isBlank() || said.contains("\n") || said.contains("Exception") || said.length() > 2000) {
                throw new AssertionError("not one sentence: " + said, e);
            }
        }
    }

    /** Writes bytes where a reader will look. */
    static Path write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

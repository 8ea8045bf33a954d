package org.refract.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.refract.api.RefractException;

/**
 * What a reader may do with a damaged file: read it all the same, or say in one sentence what is wrong; in little time, and in no more
 * memory than a small file deserves.
 */
final class OneSentence {

    /** Reads something and closes it again. */
    @FunctionalInterface
    interface Reading {
        void run() throws RefractException;
    }

    private static final Duration LONGEST = Duration.ofSeconds(20);
    /** Bytes that reading one small file may take from the heap, over all its time. */
    private static final long MOST = 128L << 20;
    private static final Pattern EXCEPTION = Pattern.compile("\\b\\w+(Exception|Error)\\b");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static ExecutorService reader = one();

    private OneSentence() {
    }

    /** Fails unless the reading succeeds or ends with one sentence. */
    static void orSound(Reading reading) {
        Future<Long> read = reader.submit(() -> {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                reading.run();
            } catch (RefractException e) {
                check(e);
            }
            return THREADS.getCurrentThreadAllocatedBytes() - before;
        });
        try {
            long taken = read.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            if (taken > MOST) {
                throw new AssertionError("reading took %,d bytes of memory".formatted(taken));
            }
        } catch (TimeoutException e) {
            reader = one();
            throw new AssertionError("reading took more than " + LONGEST, e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** A folder of its own for the damaged files of one kind. */
    static Path folder(String kind) {
        try {
            return Files.createTempDirectory("fuzz-" + kind);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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

    private static void check(RefractException e) {
        String said = e.getMessage();
        if (said == null || said.isBlank() || said.contains("\n") || said.length() > 2000 || EXCEPTION.matcher(said).find()) {
            throw new AssertionError("not one sentence: " + said, e);
        }
    }

    private static ExecutorService one() {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("reader").factory());
    }
}

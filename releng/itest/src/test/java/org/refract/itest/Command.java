package org.refract.itest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A started {@code refract} process of the product, with user folders of its own. */
final class Command implements AutoCloseable {

    private static final long MINUTES = 5;

    private final Process process;
    private final StringBuffer output = new StringBuffer();
    private final CompletableFuture<Void> reader;

    private Command(Process process) {
        this.process = process;
        this.reader = CompletableFuture.runAsync(this::read, task -> Thread.ofPlatform().daemon().start(task));
    }

    /**
     * Starts {@code PROGRAM ARGUMENTS}.
     *
     * @param program bin/refract, or a link to it
     * @param user the folder in which data and cache of this user lie, also the working folder
     * @param environment further variables
     */
    static Command start(Path program, Path user, Map<String, String> environment, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(program.toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).directory(Files.createDirectories(user).toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("REFRACT_") || name.startsWith("PYTORCH_"));
        builder.environment().put("REFRACT_DATA", user.resolve("data").toString());
        builder.environment().put("REFRACT_CACHE", user.resolve("cache").toString());
        builder.environment().putAll(environment);
        return new Command(builder.start());
    }

    static Command start(Path user, String... arguments) throws IOException {
        return start(Product.program(), user, Map.of(), arguments);
    }

    /** Waits for the end and returns the exit code. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("the command did not end in " + MINUTES + " minutes; it said: " + output);
        }
        reader.join();
        return process.exitValue();
    }

    /** What it has written so far to both outputs. */
    String output() {
        return output.toString();
    }

    /** Waits until the output fulfils a condition, or the process has ended without. */
    void await(Predicate<String> condition) throws InterruptedException {
        synchronized (output) {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
            while (!condition.test(output())) {
                if (reader.isDone() || System.nanoTime() > end) {
                    throw new AssertionError("this was waited for in vain; the command said: " + output);
                }
                output.wait(TimeUnit.SECONDS.toMillis(1));
            }
        }
    }

    /** Types a line. */
    void answer(String line) throws IOException {
        try (var out = process.outputWriter(StandardCharsets.UTF_8)) {
            out.write(line + System.lineSeparator());
        }
    }

    /** Sends a signal such as TERM. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (var in = process.inputReader(StandardCharsets.UTF_8)) {
            char[] buffer = new char[1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (output) {
                    output.append(buffer, 0, n);
                    output.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

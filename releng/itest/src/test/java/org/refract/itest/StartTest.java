package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where Refract cannot start it says why, in a sentence, and ends. */
class StartTest {

    private static final Path SHELL = Path.of("/bin/sh");

    @TempDir
    private Path user;

    /** Runs refract after what a shell does first. */
    private Command after(String first, Map<String, String> environment, String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of("-c", first + "; exec \"$0\" \"$@\"", Product.program().toString()));
        words.addAll(List.of(arguments));
        return Command.start(SHELL, user, environment, words.toArray(String[]::new));
    }

    @Test
    void aCacheThatTakesNoFilesIsSaid() throws Exception {
        try (Command command = after("ulimit -f 50", Map.of(), "extensions")) {
            assertEquals(1, command.exitCode(), command::output);
            assertEquals(1, command.output().lines().count(), command::output);
            assertTrue(command.output().startsWith("refract: cannot start: the cache folder " + user.resolve("cache") + " cannot be used, because this user may write"
                    + " no file of"), command::output);
            assertTrue(command.output().contains("REFRACT_CACHE"), command::output);
        }
    }

    @Test
    void aCacheThatCannotBeUsedIsSaidAndNothingIsLeftInTheTemporaryFolder() throws Exception {
        Path temporary = Files.createDirectories(user.resolve("tmp"));
        Map<String, String> environment = Map.of("REFRACT_CACHE", Files.createFile(user.resolve("file")).toString(), "REFRACT_JAVA_OPTIONS",
                "-Djava.io.tmpdir=" + temporary);
        try (Command command = Command.start(Product.program(), user, environment, "extensions")) {
            assertEquals(0, command.exitCode(), command::output);
            assertTrue(command.output().contains("because a part of that path is a file; the temporary folder is used instead"), command::output);
        }
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aFolderThatWasDeletedUnderTheShellIsSaid() throws Exception {
        try (Command command = after("mkdir gone && cd gone && rmdir ../gone", Map.of(), "--version")) {
            assertEquals(2, command.exitCode(), command::output);
            assertTrue(command.output().contains("refract: the current folder is no longer there"), command::output);
        }
    }

    @Test
    void tooFewOpenFilesAreSaid() throws Exception {
        try (Command command = after("ulimit -n 40", Map.of(), "extensions")) {
            assertEquals(1, command.exitCode(), command::output);
            assertTrue(command.output().contains("too few files open at once"), command::output);
        }
    }

    @Test
    void lessMemoryThanUsualMayBeAskedFor() throws Exception {
        try (Command command = Command.start(Product.program(), user, Map.of("REFRACT_JAVA_OPTIONS", "-Xmx40m"), "extensions")) {
            assertEquals(0, command.exitCode(), command::output);
        }
    }

    /** A heap that a file has filled is no place to load it into; what never computes does without. */
    @Test
    void aLibraryThatCannotBeLoadedIsSaidBeforeAnyFileIsRead() throws Exception {
        Files.createDirectories(user);
        Path damaged = Files.writeString(user.resolve("damaged.png"), "no picture");
        Map<String, String> without = Map.of("PYTORCH_LIBRARY_PATH", Files.createDirectories(user.resolve("empty")).toString());
        for (List<String> reading : List.of(List.of("generate", "--like", damaged.toString()), List.of("generate", "--from", damaged.toString()),
                List.of("train", damaged.toString(), "--out", "x"), List.of("inspect", "--from", "refract", damaged.toString()))) {
            try (Command command = Command.start(Product.program(), user, without, reading.toArray(String[]::new))) {
                assertEquals(1, command.exitCode(), command::output);
                assertTrue(command.output().contains("PyTorch cannot be started"), command::output);
                assertFalse(command.output().contains("damaged.png is"), command::output);
            }
        }
        Path run = Files.createDirectories(user.resolve("run"));
        Files.writeString(run.resolve("run.json"), """
                {"format": 1, "command": "unpack", "arguments": [], "versions": {}, "model": null, "seeds": {}, "facts": {}, "outputs": [], "notes": [],
                "state": "completed", "sentence": null}""");
        try (Command command = Command.start(Product.program(), user, without, "inspect", run.toString())) {
            assertEquals(0, command.exitCode(), command::output);
        }
    }

    /** The sentence goes to the terminal, the stack trace to the log. */
    @Test
    void aFailureLeavesItsStackTraceInTheLog() throws Exception {
        Map<String, String> without = Map.of("PYTORCH_LIBRARY_PATH", Files.createDirectories(user.resolve("empty")).toString());
        try (Command command = Command.start(Product.program(), user, without, "generate", "a cat")) {
            assertEquals(1, command.exitCode(), command::output);
            assertFalse(command.output().contains("\tat "), command::output);
            assertTrue(command.output().contains("The log in " + user.resolve("data/logs") + " says more."), command::output);
        }
        String log = Files.readString(user.resolve("data/logs/refract.log.0"));
        assertTrue(log.contains("PyTorch cannot be started") && log.contains("\tat org.refract."), log);
    }

    @Test
    void aLogThatCannotBeWrittenChangesNothingElse() throws Exception {
        Files.createDirectories(user.resolve("data"));
        Files.createFile(user.resolve("data/logs"));
        Map<String, String> without = Map.of("PYTORCH_LIBRARY_PATH", Files.createDirectories(user.resolve("empty")).toString());
        try (Command command = Command.start(Product.program(), user, without, "generate", "a cat")) {
            assertEquals(1, command.exitCode(), command::output);
            assertEquals(1, command.output().lines().filter(line -> line.contains("PyTorch cannot be started")).count(), command::output);
            assertFalse(command.output().contains("says more") || command.output().contains("\tat "), command::output);
        }
    }

    /** The launcher's own sentences pass the same filter as everything else. */
    @Test
    void anEscapeInTheNameOfAFolderDoesNotReachTheTerminal() throws Exception {
        Files.createDirectories(user);
        Path cache = Files.createFile(user.resolve("a\u001b[31mb\u009bc\nd"));
        try (Command command = Command.start(Product.program(), user, Map.of("REFRACT_CACHE", cache.toString()), "extensions")) {
            command.exitCode();
            assertTrue(command.output().contains("a\\u001b[31mb\\u009bc\\nd"), command::output);
            assertFalse(command.output().contains("\u001b") || command.output().contains("\u009b"), command::output);
        }
    }
}

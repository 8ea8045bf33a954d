package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
}

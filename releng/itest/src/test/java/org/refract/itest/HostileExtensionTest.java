package org.refract.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Extensions that throw, never come back or end the process: each is named and left out, and Refract goes on. */
class HostileExtensionTest {

    private static final String SPIN = "for (long i = 0; ; i++) { if (i < 0) break; }";

    @TempDir
    private Path user;
    private Path extensions;

    @BeforeEach
    void makeTheFolder() throws IOException {
        extensions = Files.createDirectories(user.resolve("extensions"));
    }

    @Test
    void aStartThatNeverComesBackIsLeftOutAfterAWhile() throws Exception {
        WrittenExtension.named("org.example.spins", "1.2.0").activator(SPIN, "").into(extensions.resolve("spins.jar"));
        try (Command version = refract("--version"); Command list = refract("extensions")) {
            assertEquals(0, version.exitCode(), version::output);
            assertTrue(version.output().startsWith("refract 0."), version::output);
            assertEquals(0, list.exitCode(), list::output);
            assertTrue(list.output().contains("the extension org.example.spins 1.2.0 (spins.jar) did not come back from its start within 1 seconds"),
                    list::output);
            assertTrue(refused(list, "org.example.spins 1.2.0 (spins.jar): It did not come back from its start"), list::output);
        }
    }

    @Test
    void aStopThatSleepsDoesNotKeepTheProcess() throws Exception {
        WrittenExtension.named("org.example.sleeps", "1.0.0").activator("", "Thread.sleep(120_000);").into(extensions.resolve("sleeps.jar"));
        long began = System.nanoTime();
        try (Command list = refract("extensions")) {
            assertEquals(0, list.exitCode(), list::output);
            assertTrue(System.nanoTime() - began < 60e9, list::output);
            assertTrue(list.output().contains("the extension org.example.sleeps 1.0.0 (sleeps.jar) did not come back from its stop"), list::output);
        }
    }

    @Test
    void oneThatEndsTheProcessGetsAnExceptionInstead() throws Exception {
        WrittenExtension.named("org.example.exits", "1.0.0").activator("if (c != null) { System.exit(42); }", "").into(extensions.resolve("exits.jar"));
        WrittenExtension.named("org.example.halts", "1.0.0").activator("Runtime r = Runtime.getRuntime(); for (int i = 0; i < 2; i++) { r.halt(i + 7); }", "")
                .into(extensions.resolve("halts.jar"));
        try (Command list = refract("extensions")) {
            assertEquals(0, list.exitCode(), list::output);
            assertTrue(refused(list, "org.example.exits 1.0.0 (exits.jar): It failed when it was started"), list::output);
            assertTrue(list.output().contains("it tried to end Refract (System.exit(42)), which an extension may not"), list::output);
            assertTrue(list.output().contains("it tried to end Refract (System.exit(7))"), list::output);
        }
    }

    @Test
    void oneThatEndsTheProcessByReflectionIsNamed() throws Exception {
        WrittenExtension.named("org.example.sly", "1.0.0").activator(
                "Class.forName(\"java.lang.Run\" + \"time\").getMethod(\"exit\", int.class).invoke(Runtime.getRuntime(), 3);", "")
                .into(extensions.resolve("sly.jar"));
        try (Command list = refract("extensions"); Command safe = refract("extensions", "--safe")) {
            assertEquals(3, list.exitCode(), list::output);
            assertTrue(list.output().contains("refract: the extension org.example.sly 1.0.0 (sly.jar) ended Refract"), list::output);
            assertEquals(0, safe.exitCode(), safe::output);
            assertTrue(safe.output().contains("topk"), safe::output);
        }
    }

    @Test
    void oneThatClosesTheOutputsClosesThemForItselfOnly() throws Exception {
        WrittenExtension.named("org.example.closes", "1.0.0").activator("System.out.close(); System.err.close();", "").into(extensions.resolve("closes.jar"));
        try (Command version = refract("--version")) {
            assertEquals(0, version.exitCode(), version::output);
            assertTrue(version.output().contains("refract 0."), version::output);
        }
    }

    private static boolean refused(Command list, String beginning) {
        assertFalse(list.output().contains("\tat "), list::output);
        return list.output().lines().anyMatch(line -> line.startsWith("refused: " + beginning));
    }

    private Command refract(String... arguments) throws IOException {
        return Command.start(Product.program(), user,
                Map.of("REFRACT_EXTENSIONS", extensions.toString(), "REFRACT_JAVA_OPTIONS", "-Drefract.extension.seconds=1"), arguments);
    }
}

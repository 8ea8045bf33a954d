package org.refract.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.cli.progress.Terminal;

class CommandLineRunTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @picocli.CommandLine.Command(name = "probe", description = "A command of the tests.")
    static final class Probe implements org.refract.api.command.Command {
        private final Callable<Integer> work;

        Probe(Callable<Integer> work) {
            this.work = work;
        }

        @Override
        public Integer call() throws Exception {
            return work.call();
        }
    }

    /** Carries no annotation, so picocli cannot make a command of it. */
    static final class Broken implements org.refract.api.command.Command {
        @Override
        public Integer call() {
            return 0;
        }
    }

    private int run(Callable<Integer> work, String... arguments) {
        Commands commands = new Commands(List.of(new CommandSource("broken 1.0", "Look", new Broken()),
                new CommandSource("probe 1.0", "Look", new Probe(work)),
                new CommandSource("copy 1.0", "Extensions", new Probe(work))), List.of("A command of absent 1.0 is left out."), () -> {
                });
        return new CommandLineRun(commands, new PrintWriter(out), new PrintWriter(err), new Terminal(false, 80, 24)).run(arguments);
    }

    private int fail(Exception failure) {
        return run(() -> {
            throw failure;
        }, "probe");
    }

    @Test
    void aWrongRequestIsOneSentenceAndExitCode2() {
        assertEquals(2, fail(RefractException.usage("There is no model in /m.")));
        assertEquals("refract: There is no model in /m." + System.lineSeparator(), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void aFailureIsOneSentenceAndExitCode1EvenBehindAThread() {
        assertEquals(1, fail(new ExecutionException(RefractException.failure("The disk is full."))));
        assertEquals("refract: The disk is full." + System.lineSeparator(), err.toString());
    }

    @Test
    void aStopIsExitCode130() {
        assertEquals(130, fail(new CancelledException("Stopped; 3 of 8 batches are kept.")));
        assertEquals("refract: Stopped; 3 of 8 batches are kept." + System.lineSeparator(), err.toString());
    }

    @Test
    void failuresOfTheDiskAreSentences() {
        assertEquals(1, fail(new AccessDeniedException("/root/x")));
        assertEquals(1, fail(new FileSystemException("/full/x", null, "No space left on device")));
        assertEquals(1, fail(new IOException("first line\n  second line")));
        assertEquals(List.of("refract: No permission for /root/x.", "refract: /full/x: No space left on device.",
                "refract: first line second line"), err.toString().lines().toList());
    }

    @Test
    void anUnexpectedFailureHidesItsTraceUnlessAsked() {
        assertEquals(1, fail(new IllegalStateException()));
        assertEquals(1, err.toString().lines().count());
        run(() -> {
            throw new IllegalStateException("inner");
        }, "probe", "--debug");
        assertTrue(err.toString().contains("\tat org.refract.cli"), err::toString);
    }

    @Test
    void anUnknownCommandNamesTheNearOne() {
        assertEquals(2, run(() -> 0, "prob"));
        assertTrue(err.toString().startsWith("refract: There is no command 'prob'; did you mean "), err::toString);
        assertTrue(err.toString().contains("probe"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense", "-x"})
    void anUnknownOptionIsAWrongRequest(String option) {
        assertEquals(2, run(() -> 0, "probe", option));
        assertTrue(err.toString().startsWith("refract: "), err::toString);
    }

    @ParameterizedTest
    @CsvSource({"--quite,--quiet", "--dbug,--debug", "--hlep=3,--help", "--qu,--quiet"})
    void anUnknownOptionNamesTheNearOne(String option, String near) {
        assertEquals(2, run(() -> 0, "probe", option));
        assertTrue(err.toString().startsWith("refract: There is no option " + option.replace("=3", "") + "; did you mean " + near), err::toString);
    }

    @Test
    void aShellLearnsCommandsAndOptions() {
        assertEquals(0, run(() -> 0, "completion", "bash"));
        assertTrue(out.toString().contains("complete -F _complete_refract"), out::toString);
        assertTrue(out.toString().contains("probe") && out.toString().contains("--debug"), out::toString);
        assertEquals(2, run(() -> 0, "completion", "fish"));
    }

    @Test
    void aCommandIsSummedUpInOneLine() {
        Commands commands = new Commands(List.of(new CommandSource("long 1.0", "Look", new Long())), List.of(), () -> {
        });
        new CommandLineRun(commands, new PrintWriter(out), new PrintWriter(err), new Terminal(false, 80, 24)).run("long", "--help");
        assertEquals("Usage: refract long FROM [MORE...] --to FILE [OPTIONS]", out.toString().lines().findFirst().orElseThrow());
    }

    @picocli.CommandLine.Command(name = "long")
    static final class Long implements org.refract.api.command.Command {
        @picocli.CommandLine.Parameters(index = "0", paramLabel = "FROM")
        private String from;
        @picocli.CommandLine.Parameters(index = "1..*", arity = "0..*", paramLabel = "MORE")
        private List<String> more;
        @picocli.CommandLine.Option(names = {"-t", "--to"}, required = true, paramLabel = "FILE")
        private String to;
        @picocli.CommandLine.Option(names = "--other", paramLabel = "WORD")
        private String other;

        @Override
        public Integer call() {
            return 0;
        }
    }

    @Test
    void aBrokenCommandIsNamedAndTheOthersRun() {
        assertEquals(0, run(() -> 0, "probe"));
        assertEquals(0, run(() -> 0, "--help"));
        assertTrue(out.toString().contains("A command of the tests."), out::toString);
        assertTrue(out.toString().contains("A command of broken 1.0 is left out: "), out::toString);
        assertTrue(out.toString().contains("The command 'probe' of copy 1.0 is left out"), out::toString);
        assertTrue(out.toString().contains("A command of absent 1.0 is left out."), out::toString);
    }

    @Test
    void helpIsAlsoAskedForInWords() {
        assertEquals(0, run(() -> 0, "help"));
        assertTrue(out.toString().startsWith("refract COMMAND [OPTIONS]"), out::toString);
        out.getBuffer().setLength(0);
        assertEquals(0, run(() -> 7, "help", "probe"));
        assertTrue(out.toString().startsWith("Usage: refract probe"), out::toString);
        assertEquals(2, run(() -> 0, "help", "probing"));
        assertEquals(2, run(() -> 0, "probing", "--help"));
        assertTrue(err.toString().contains("There is no command 'probing'"), err::toString);
    }

    @Test
    void helpUsesNoEscapesOffATerminal() {
        assertEquals(0, run(() -> 0, "--help"));
        assertEquals(0, run(() -> 0));
        assertFalse(out.toString().contains("\u001b"));
        assertTrue(out.toString().contains("refract"));
        assertTrue(out.toString().lines().filter(line -> !line.contains(" is left out")).allMatch(line -> line.length() <= 80), out::toString);
    }

    /** Its option cannot be set. */
    @picocli.CommandLine.Command(name = "unsettable")
    static final class Unsettable implements org.refract.api.command.Command {
        @picocli.CommandLine.ArgGroup(multiplicity = "0..*")
        private List<Group> groups = List.of();

        static final class Group {
            @picocli.CommandLine.Option(names = "--x")
            private String x;
        }

        @Override
        public Integer call() {
            return 0;
        }
    }

    @Test
    void aCommandThatBreaksWhileItIsParsedIsASentenceToo() {
        Commands commands = new Commands(List.of(new CommandSource("bad 1.0", "Look", new Unsettable())), List.of(), () -> {
        });
        assertEquals(1, new CommandLineRun(commands, new PrintWriter(out), new PrintWriter(err), new Terminal(false, 80, 24)).run("unsettable", "--x", "1"));
        assertTrue(err.toString().startsWith("refract: "), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    /** Says how often its group was given. */
    @picocli.CommandLine.Command(name = "counting")
    static final class Counting implements org.refract.api.command.Command {
        @picocli.CommandLine.ArgGroup(exclusive = false, multiplicity = "0..*")
        private List<Group> groups = new ArrayList<>();

        static final class Group {
            @picocli.CommandLine.Option(names = "--x", required = true)
            private String x;

            @picocli.CommandLine.Option(names = "--y")
            private String y;
        }

        @Override
        public Integer call() {
            return groups.size();
        }
    }

    @Test
    void aGroupOfOptionsCountsOnceForEachTimeItIsGiven() {
        Commands commands = new Commands(List.of(new CommandSource("good 1.0", "Look", new Counting())), List.of(), () -> {
        });
        assertEquals(2, new CommandLineRun(commands, new PrintWriter(out), new PrintWriter(err), new Terminal(false, 80, 24))
                .run("counting", "--x", "1", "--y", "2", "--x", "3"), err::toString);
    }

    @Test
    void theCommandsExitCodeIsTheProcesss() {
        assertEquals(7, run(() -> 7, "probe"));
    }
}

package org.refract.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.refract.api.Plain;
import org.refract.api.RefractException;
import org.refract.cli.progress.Printed;
import org.refract.cli.progress.Terminal;
import org.refract.engine.extension.Calls;
import org.refract.engine.tensor.LibTorch;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One call of {@code refract}: parses, runs, and turns whatever goes wrong into one sentence and an exit code. */
final class CommandLineRun {
    /** Exit code of a request that could not be carried out. */
    static final int FAILURE = RefractException.FAILURE;
    /** Exit code of a wrong request. */
    static final int USAGE = RefractException.USAGE;
    /** Exit code after Ctrl-C, as shells have it: 128 + SIGINT. */
    static final int STOPPED = 130;

    private final Printed out;
    private final Printed err;
    private final Terminal terminal;
    private final RefractCommand top;
    private final CommandLine line;
    private final List<String> refused;
    /** Who brings the commands that are not Refract's own, by their names. */
    private final Map<String, String> strangers = new HashMap<>();

    CommandLineRun(Commands commands, PrintWriter out, PrintWriter err, Terminal terminal) {
        this.err = Printed.of(err);
        this.out = this.err.beside(out);
        this.terminal = terminal;
        this.top = new RefractCommand(terminal);
        this.line = new CommandLine(top);
        this.refused = new ArrayList<>(commands.refused());
        Map<String, SortedSet<String>> groups = new LinkedHashMap<>();
        List<CommandSource> sources = new ArrayList<>(commands.sources());
        sources.add(new CommandSource("refract", "Look", new CompletionCommand()));
        for (CommandSource source : ordered(sources)) {
            add(source, groups);
        }
        line.setOut(this.out).setErr(this.err).setUsageHelpAutoWidth(false).setUsageHelpWidth(terminal.helpWidth());
        line.setCaseInsensitiveEnumValuesAllowed(true).setPosixClusteredShortOptionsAllowed(false);
        line.setAbbreviatedOptionsAllowed(false).setExpandAtFiles(false);
        CommandGroups.install(line, groups, refused);
    }

    int run(String... given) {
        String[] arguments = asked(given);
        try {
            return execute(arguments);
        } catch (RuntimeException | Error e) {
            say(Sentences.of(e) + FailureLog.kept(e));
            if (List.of(arguments).contains("--debug")) {
                e.printStackTrace(err);
            }
            return FAILURE;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /**
     * Parses and runs, as picocli's own method does, which answers a command that breaks while it is parsed with a stack trace. Parsing twice is no
     * way around that: a repeated group of options would have its members twice.
     */
    private int execute(String[] arguments) {
        try {
            ParseResult parsed = line.parseArgs(arguments);
            Optional<CommandLine> explained = parsed.asCommandLineList().stream().filter(CommandLine::isUsageHelpRequested).findFirst();
            if (explained.isPresent()) {
                out.styled(explained.get().getUsageMessage());
                return explained.get().getCommandSpec().exitCodeOnUsageHelp();
            }
            try {
                Ranges.check(parsed);
                if (computes(parsed)) {
                    LibTorch.load();
                }
                return carriedOut(parsed);
            } catch (RefractException e) {
                return failed(e, parsed);
            } catch (ExecutionException e) {
                return failed(e.getCause() instanceof Exception cause ? cause : e, parsed);
            } catch (Error e) {
                return failed(e, parsed);
            }
        } catch (ParameterException e) {
            return refuse(e);
        }
    }

    /** An extension's command is a call of that extension from its beginning to its end. */
    private int carriedOut(ParseResult parsed) throws RefractException {
        String command = command(parsed);
        if (!strangers.containsKey(command)) {
            return new RunLast().execute(parsed);
        }
        try {
            return Calls.ofThisThread().work(strangers.get(command), "command '" + command + "'", () -> new RunLast().execute(parsed));
        } catch (RefractException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ExecutionException(line, "the command failed", e);
        }
    }

    private static String command(ParseResult parsed) {
        return parsed.hasSubcommand() ? parsed.subcommand().commandSpec().name() : "";
    }

    private static boolean computes(ParseResult parsed) {
        return parsed.asCommandLineList().stream().anyMatch(command -> command.getCommand() instanceof TensorCommand tensors && tensors.computes());
    }

    /**
     * {@code help}, {@code help train}: what the options say, in the words that other tools understand too. Of an unknown command nothing but
     * its name is left, which is refused: with {@code --help} after it, it would be answered with the help of all.
     */
    private String[] asked(String[] given) {
        boolean help = given.length > 0 && given[0].equals("help") && !line.getSubcommands().containsKey("help");
        String[] arguments = help ? Stream.concat(Arrays.stream(given).skip(1), Stream.of("--help")).toArray(String[]::new) : given;
        boolean unknown = arguments.length > 0 && !arguments[0].startsWith("-") && !line.getSubcommands().containsKey(arguments[0]);
        return unknown ? new String[] {arguments[0]} : arguments;
    }

    private static List<CommandSource> ordered(List<CommandSource> sources) {
        return sources.stream().sorted(Comparator.comparing((CommandSource s) -> !s.shipped())
                .thenComparingInt(s -> CommandGroups.rank(s.group()))).toList();
    }

    private void add(CommandSource source, Map<String, SortedSet<String>> groups) {
        try {
            CommandLine sub = new CommandLine(source.command());
            String name = sub.getCommandName();
            if (line.getSubcommands().containsKey(name)) {
                refused.add("The command '" + name + "' of " + source.origin() + " is left out: there is one of that name already.");
                return;
            }
            Synopsis.shorten(sub.getCommandSpec());
            sub.registerConverter(Path.class, CommandLineRun::path);
            line.addSubcommand(name, sub);
            if (!source.shipped()) {
                strangers.put(name, source.origin());
            }
            groups.computeIfAbsent(source.group(), g -> new TreeSet<>()).add(name);
        } catch (RuntimeException | LinkageError e) {
            refused.add("A command of " + source.origin() + " is left out: " + Sentences.of(e));
        }
    }

    /** An empty name would be the folder that one is in. */
    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("the name of a file or folder is empty");
        }
        return Path.of(text);
    }

    private int refuse(ParameterException e) {
        say(sentence(e));
        err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        debug(e);
        return USAGE;
    }

    private static String sentence(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && e.getCommandLine().getCommandSpec().parent() == null
                && !unmatched.getUnmatched().isEmpty() && !unmatched.getUnmatched().getFirst().startsWith("-")) {
            List<String> near = unmatched.getSuggestions();
            return "There is no command '" + unmatched.getUnmatched().getFirst() + "'"
                    + (near.isEmpty() ? "." : "; did you mean " + String.join(" or ", near) + "?");
        }
        if (e instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
            String option = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
            List<String> near = NearName.of(option, e.getCommandLine().getCommandSpec().optionsMap().keySet());
            return "There is no option " + option + (near.isEmpty() ? "." : "; did you mean " + String.join(" or ", near) + "?");
        }
        String message = Sentences.of(e).replace("option option", "option");
        return message.endsWith(".") || message.endsWith("?") ? message : message + ".";
    }

    private int failed(Throwable e, ParseResult parsed) {
        boolean told = e instanceof RefractException || Sentences.exitCode(e) == STOPPED;
        String command = command(parsed);
        String blamed = told || !strangers.containsKey(command) ? "" : "The command '" + command + "' of " + strangers.get(command) + " failed: ";
        say(blamed + (Sentences.exitCode(e) == STOPPED && e instanceof InterruptedException ? "Stopped." : Sentences.of(e) + FailureLog.kept(e)));
        debug(e);
        return Sentences.exitCode(e);
    }

    private void say(String sentence) {
        err.println(Plain.line("refract: " + sentence));
    }

    private void debug(Throwable e) {
        if (top.debug()) {
            e.printStackTrace(err);
        }
    }

    /** The sentences about commands that were left out. */
    List<String> refused() {
        return List.copyOf(refused);
    }
}

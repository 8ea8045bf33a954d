package org.refract.cli;

import org.refract.cli.progress.Printed;
import org.refract.cli.progress.Terminal;
import org.refract.engine.extension.Calls;
import org.refract.engine.tensor.DeviceExecutor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code refract} itself; all it does alone is to say how it is used. */
@Command(name = "refract", sortOptions = false,
        synopsisHeading = "", customSynopsis = {"@|bold refract|@ COMMAND [OPTIONS]", ""},
        description = {"Takes a text-to-image model apart: records what its blocks write, learns a sparse dictionary for each, shows "
                + "every feature, and lets you turn them up, down and off."},
        optionListHeading = "%n@|bold,underline Everywhere|@%n",
        footerHeading = "%n@|bold,underline Examples|@%n",
        footer = {"  refract unpack                             the demo model, with a report",
            "  refract unpack --model ~/sdxl-turbo        a model of your own",
            "  refract generate \"red heart\" --seed 7      a picture",
            "  refract inspect unpacked-emoji-sdxl        what a folder or file is",
            "", "Each command explains itself: refract COMMAND --help."})
public final class RefractCommand implements Runnable {
    private static final int MOST_THREADS = 1024;

    private final Terminal terminal;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, order = 100,
            description = "Show this help.")
    private boolean help;

    /** Answered by the launcher, which starts nothing for it; here for the help. */
    @Option(names = {"-V", "--version"}, versionHelp = true, order = 101,
            description = "Show versions of Refract and of what it runs on.")
    private boolean version;

    @Option(names = {"-q", "--quiet"}, scope = ScopeType.INHERIT, order = 102, description = "No progress, only results.")
    private boolean quiet;

    @Option(names = "--debug", scope = ScopeType.INHERIT, order = 103,
            description = "Show where a failure happened.")
    private boolean debug;

    @Option(names = "--safe", scope = ScopeType.INHERIT, order = 104,
            description = "Start without extensions, with Refract's own parts alone.")
    private boolean safe;

    @Spec
    private CommandSpec spec;

    /** The devices' threads read it when they begin, which is after the parsing. */
    @Option(names = "--threads", paramLabel = "N", scope = ScopeType.INHERIT, order = 105,
            description = "Threads per operation on the processor (default: all that this process may use); the results are the same with any number.")
    private void threads(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new ParameterException(spec.commandLine(), "--threads takes 1 to " + MOST_THREADS + ", not " + threads);
        }
        System.setProperty(DeviceExecutor.THREADS, Integer.toString(threads));
    }

    /** Whoever waits for an extension reads it, which is after the parsing. */
    @Option(names = "--time-limit", paramLabel = "SECONDS", scope = ScopeType.INHERIT, order = 106,
            description = "End the command when an extension neither returns nor reports progress for so long (default: never; after a minute it is named).")
    private void timeLimit(int seconds) {
        if (seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--time-limit takes seconds, 1 or more, not " + seconds);
        }
        System.setProperty(Calls.LIMIT, Integer.toString(seconds));
    }

    RefractCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        CommandLine line = spec.commandLine();
        Printed.of(line.getOut()).styled(line.getUsageMessage());
    }

    /** The terminal that progress is shown on. */
    public Terminal terminal() {
        return terminal;
    }

    /** Whether progress is unwanted. */
    public boolean quiet() {
        return quiet;
    }

    /** Whether a failure's place should be shown. */
    public boolean debug() {
        return debug;
    }
}

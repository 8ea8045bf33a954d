package org.refract.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.cli.Ranges;
import org.refract.cli.Within;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Everything that can be said of one picture, on the command line, in a line of a batch file, or in a picture that was drawn before. */
final class DrawOptions {
    /** Words for one change each; in a record they are one word. */
    private static final Set<String> CHANGES = Set.of("feature", "mode", "strength", "area", "acting");
    private static final int MOST = 100_000;
    static final int MOST_TOGETHER = 1024;
    private static final Set<String> NAMES = options().stream().map(OptionValues::name).collect(Collectors.toUnmodifiableSet());
    private static final Set<String> FLAGS = options().stream().filter(o -> o.arity().max() == 0).map(OptionValues::name).collect(Collectors.toUnmodifiableSet());

    @Mixin
    private PictureOptions picture = new PictureOptions();

    @Option(names = "--count", paramLabel = "N", description = "Pictures of each prompt, with the next seeds (default: 1).")
    @Within(least = 1, most = MOST)
    private Optional<Integer> count = Optional.empty();

    @ArgGroup(validate = false, heading = "%nA picture to begin with%n")
    private StartOptions start = new StartOptions();

    @ArgGroup(validate = false, heading = "%nA second model%n")
    private RefinerOptions refiner = new RefinerOptions();

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "%nTurned features (each --feature may be repeated with its own options)%n")
    private List<FeatureChange> changes = new ArrayList<>();

    @Option(names = "--run", paramLabel = "DIR", description = "The run folder whose dictionaries --feature speaks of; pictures are drawn as it was recorded.")
    private Optional<Path> run = Optional.empty();

    @ArgGroup(validate = false, heading = "%nWhat is added to the model%n")
    private AdapterOptions adapters = new AdapterOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    PictureOptions picture() {
        return picture;
    }

    StartOptions start() {
        return start;
    }

    RefinerOptions refiner() {
        return refiner;
    }

    AdapterOptions adapters() {
        return adapters;
    }

    ModelOptions model() {
        return model;
    }

    Optional<Path> run() {
        return run;
    }

    /** Pictures of each prompt, where a number was said. */
    Optional<Integer> count() {
        return count;
    }

    List<Intervention> interventions() throws RefractException {
        List<Intervention> interventions = new ArrayList<>();
        for (FeatureChange change : changes) {
            interventions.add(change.intervention());
        }
        if (!interventions.isEmpty() && run.isEmpty()) {
            throw RefractException.usage("--feature needs the run that its dictionary belongs to: add --run DIR.");
        }
        return interventions;
    }

    /** What was said on a command line that holds these options. */
    OptionValues said(CommandSpec spec) throws RefractException {
        OptionValues said = OptionValues.of(spec.commandLine().getParseResult(), plainNames());
        List<String> turned = new ArrayList<>();
        for (FeatureChange change : changes) {
            turned.add(change.inShort());
        }
        return turned.isEmpty() ? said : said.with("feature", turned);
    }

    /** The names of all options, without dashes. */
    static Set<String> names() {
        return NAMES;
    }

    /** Without those that describe a change in several words. */
    static Set<String> plainNames() {
        Set<String> names = new HashSet<>(NAMES);
        names.removeAll(CHANGES);
        return names;
    }

    private static List<OptionSpec> options() {
        return CommandSpec.forAnnotatedObject(new DrawOptions()).options();
    }

    /**
     * The options from their values.
     *
     * @throws RefractException if there is no such option, or a value is none for it
     */
    static DrawOptions of(OptionValues values) throws RefractException {
        for (String name : values.values().keySet()) {
            if (!NAMES.contains(name)) {
                throw RefractException.usage("'%s' is nothing that can be said of a picture; refract generate --help lists what can.", name);
            }
        }
        DrawOptions options = new DrawOptions();
        try {
            CommandLine line = new CommandLine(options);
            line.setExpandAtFiles(false).setTrimQuotes(false);
            Ranges.check(line.parseArgs(values.arguments(FLAGS)));
        } catch (ParameterException e) {
            throw RefractException.usage("%s", e.getMessage().endsWith(".") ? e.getMessage() : e.getMessage() + ".");
        }
        return options;
    }
}

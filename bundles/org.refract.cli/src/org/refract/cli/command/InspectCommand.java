package org.refract.cli.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.Plain;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.api.model.Placement;
import org.refract.cli.progress.Printed;
import org.refract.engine.extension.Extensions;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobQueue;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract inspect}: says what a file or folder is. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Look", "refract.command=inspect"})
@CommandLine.Command(name = "inspect", sortOptions = false,
        description = "Say what a model, dictionary, activation store, training, run, atlas, picture or safetensors file is.")
public final class InspectCommand implements Command {
    private final Extensions extensions;
    private final JobQueue jobs;
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE|DIR", description = "What to look at.")
    private Path location;
    @Option(names = "--tensors", order = 1, description = "List the tensors with their shapes.")
    private boolean tensors;
    @Option(names = "--hook-points", order = 2, description = "List the model's hook points.")
    private boolean hookPoints;
    @Option(names = "--verify", order = 3, description = "Read an activation store whole and compare its checksums.")
    private boolean verify;
    @Option(names = "--from", paramLabel = "FORMAT", order = 4, description = "Read a dictionary as one of this format (default: found out).")
    private String from;
    @Option(names = "--json", order = 5, description = "Print one JSON object.")
    private boolean json;

    @Activate
    public InspectCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    @Override
    public Integer call() throws RefractException {
        if (!Files.exists(location)) {
            throw RefractException.usage("There is no %s.", location);
        }
        Inspection inspection = new Inspection(extensions, tensors, hookPoints, verify, Optional.ofNullable(from));
        Optional<Placement> placement = inspection.computes(location) ? Optional.of(Placement.CPU) : Optional.empty();
        Map<String, Object> facts = JobOnScreen.of(spec, jobs).run(new Job<>("Looking at " + location, placement, List.of(),
                monitor -> inspection.of(location, monitor)));
        Printed out = Printed.of(spec.commandLine().getOut());
        if (json) {
            Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
            out.println(gson.toJson(facts));
        } else {
            print(out, facts, "");
        }
        return 0;
    }

    private void print(Printed out, Map<?, ?> facts, String indent) {
        Ansi ansi = spec.commandLine().getColorScheme().ansi();
        int width = facts.keySet().stream().mapToInt(k -> Plain.line(k.toString()).length()).filter(n -> n <= 28).max().orElse(0);
        facts.forEach((name, value) -> {
            String shown = Plain.line(name.toString());
            String padded = shown + " ".repeat(Math.max(0, width - shown.length()));
            switch (value) {
                case Map<?, ?> inner -> {
                    out.styled(indent + ansi.text("@|bold " + escaped(shown) + "|@") + System.lineSeparator());
                    print(out, inner, indent + "  ");
                }
                case Collection<?> list -> {
                    out.styled(indent + ansi.text("@|bold " + escaped(shown) + "|@") + System.lineSeparator());
                    list.forEach(line -> out.printf("%s  %s%n", indent, line));
                }
                default -> out.styled(indent + ansi.text("@|faint " + escaped(padded) + "|@") + "  " + Plain.line(String.valueOf(value))
                        + System.lineSeparator());
            }
        });
    }

    /** Text that holds nothing picocli would take for markup. */
    private static String escaped(String text) {
        return text.replace("|@", "| @").replace("@|", "@ |");
    }
}

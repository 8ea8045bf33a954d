package org.refract.cli.command;

import com.google.gson.Gson;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.api.model.Placement;
import org.refract.engine.extension.Extensions;
import org.refract.engine.job.JobQueue;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract convert}: a dictionary of another tool becomes one of Refract's, and the other way round. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = "refract.group=Step by step")
@CommandLine.Command(name = "convert", sortOptions = false,
        description = "Turn a dictionary of one tool into one of another.",
        footer = {"", "refract extensions lists the formats. With --check the dictionary is tried on recorded activations before it is believed."})
public final class ConvertCommand implements Command {
    @Reference
    Extensions extensions;
    @Reference
    JobQueue jobs;
    @Spec
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "The dictionary's file or folder.")
    private Path source;
    @Parameters(index = "1", paramLabel = "TARGET", description = "The file or folder to write.")
    private Path target;
    @Option(names = "--to", paramLabel = "FORMAT", defaultValue = "refract", order = 1, description = "Format to write (default: ${DEFAULT-VALUE}).")
    private String to;
    @Option(names = "--from", paramLabel = "FORMAT", order = 2, description = "Format to read (default: found out).")
    private String from;
    @Option(names = "--check", paramLabel = "STORE", order = 3,
            description = "An activation store of the dictionary's hook point: it must reconstruct that, and then belongs to its model.")
    private Path store;
    @Option(names = "--json", order = 4, description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws RefractException {
        if (!Files.exists(source)) {
            throw RefractException.usage("There is no %s.", source);
        }
        Conversion conversion = new Conversion(extensions, Optional.ofNullable(store));
        Map<String, Object> facts = JobOnScreen.of(spec, jobs).run(Placement.CPU, "Converting " + source, List.of(),
                monitor -> conversion.run(source, Optional.ofNullable(from), target, to));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new Gson().toJson(facts));
            return 0;
        }
        out.printf(Locale.ROOT, "%s: %s, %s, %s latents of width %s%n", target, facts.get("written"), facts.get("architecture"), facts.get("latents"),
                facts.get("width"));
        if (facts.containsKey("explained_variance")) {
            out.printf(Locale.ROOT, "It explains %.1f %% of the variance of %s with %.1f active latents.%n", 100 * (double) facts.get("explained_variance"), store,
                    (double) facts.get("l0"));
        }
        return 0;
    }
}

package org.refract.cli.command;

import com.google.gson.Gson;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.file.StillThere;
import org.refract.engine.job.JobQueue;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract convert}: a dictionary of another tool becomes one of Refract's, and the other way round. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Step by step", "refract.command=convert"})
@CommandLine.Command(name = "convert", sortOptions = false,
        description = "Turn a dictionary of one tool into one of another.",
        footer = {"", "refract extensions lists the formats. With --model or --check the dictionary is tried on its "
            + "model's activations before it is believed; one of another tool needs that to become Refract's.", "",
            "Examples",
            "  refract convert sae_folder saes/mid --model sdxl-turbo \\",
            "      --point unet.mid_block.attentions.0",
            "  refract convert saes/mid for_saelens --to saelens"})
public final class ConvertCommand implements TensorCommand {
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
    @Option(names = "--to", paramLabel = "FORMAT", defaultValue = "refract", order = 1,
            description = "Format to write (default: ${DEFAULT-VALUE}).")
    private String to;
    @Option(names = "--from", paramLabel = "FORMAT", order = 2, description = "Format to read (default: found out).")
    private String from;
    @Option(names = "--check", paramLabel = "STORE", order = 3,
            description = "An activation store of the dictionary's hook point: it must reconstruct that, and then belongs to its model.")
    private Path store;
    @Option(names = {"-m", "--model"}, paramLabel = "DIR", order = 4,
            description = "The dictionary's model: it draws some pictures, whose activations the dictionary must reconstruct.")
    private Path model;
    @Option(names = "--point", paramLabel = "POINT", order = 5,
            description = "With --model: the dictionary's hook point (default: the one that it names).")
    private String point;
    @Option(names = "--json", order = 6, description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws RefractException {
        if (!Files.exists(source)) {
            throw RefractException.usage("There is no %s.", source);
        }
        List<Lease<?>> leases = new ArrayList<>();
        Optional<CheckedOn> checkedOn = checkedOn(leases);
        Conversion conversion = new Conversion(extensions, checkedOn);
        Map<String, Object> facts = JobOnScreen.of(spec, jobs).run(Placement.CPU, "Converting " + source, leases,
                monitor -> conversion.run(source, Optional.ofNullable(from), target, to, monitor));
        StillThere.check(List.of(target));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new Gson().toJson(facts));
            return 0;
        }
        out.printf(Locale.ROOT, "%s: %s, %s, %s latents of width %s%n", target, facts.get("written"), facts.get("architecture"), facts.get("latents"),
                facts.get("width"));
        ((List<?>) facts.get("read_as")).forEach(line -> out.println("Read from " + facts.get("read") + ": " + line + "."));
        if (facts.containsKey("explained_variance")) {
            out.printf(Locale.ROOT, "It explains %.1f %% of the variance of %s with %.1f active latents.%n", 100 * (double) facts.get("explained_variance"),
                    checkedOn.orElseThrow().name(),
                    (double) facts.get("l0"));
        }
        return 0;
    }

    private Optional<CheckedOn> checkedOn(List<Lease<?>> leases) throws RefractException {
        if (store != null && model != null || point != null && model == null) {
            throw RefractException.usage("Try the dictionary either on a store (--check) or on its model (--model, and --point if it names none).");
        }
        if (model == null) {
            return Optional.ofNullable(store).map(CheckedOn.Store::new);
        }
        Lease<ModelBackend> backend = ModelOptions.backend(extensions, model);
        leases.add(backend);
        return Optional.of(new CheckedOn.Running(backend, model, point == null ? Optional.empty() : Optional.of(HookPoint.parse(point))));
    }
}

package org.refract.workbench.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.api.model.Placement;
import org.refract.workbench.Workbench;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code refract workbench}. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Look", "refract.command=workbench"})
@picocli.CommandLine.Command(name = "workbench", description = "Open the window: draw a picture, see its features, turn them.")
public final class WorkbenchCommand implements Command {
    private final Workbench workbench;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "A run folder (see refract unpack) or a model folder; by default what was open last.")
    private Optional<Path> folder = Optional.empty();

    @Option(names = {"-m", "--model"}, paramLabel = "DIR|FILE", description = "Where the run's model lies now, if it was moved; the run remembers it.")
    private Optional<Path> model = Optional.empty();

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu",
            description = "Where the model computes: cpu or cuda:0, with /bf16 or /fp16 after it (default: ${DEFAULT-VALUE}).")
    private String device = "cpu";

    @Activate
    public WorkbenchCommand(@Reference Workbench workbench) {
        this.workbench = workbench;
    }

    @Override
    public Integer call() throws RefractException, InterruptedException {
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            throw RefractException.usage("There is no folder %s to open; name a run folder or a model folder.", folder.get());
        }
        if (model.isPresent() && (folder.isEmpty() || !Files.exists(model.get()))) {
            throw folder.isEmpty() ? RefractException.usage("--model says where a run's model lies now; name the run before it.")
                    : RefractException.usage("There is no model at %s.", model.get());
        }
        workbench.open(folder, model, Placement.parse(device));
        return 0;
    }
}

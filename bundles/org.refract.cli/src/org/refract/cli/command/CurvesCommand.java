package org.refract.cli.command;

import java.nio.file.Path;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.curves.CurveFiles;
import org.refract.engine.train.TrainingLogs;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract curves}: a training's learning curves as files. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Look", "refract.command=curves"})
@CommandLine.Command(name = "curves", sortOptions = false,
        description = "Write the learning curves of a training, finished or not: a page, an SVG and a PNG of every number, and event files that "
                + "TensorBoard reads.",
        footer = {"", "Examples",
            "  refract curves recordings/saes",
            "  tensorboard --logdir recordings/saes/curves/tensorboard"})
public final class CurvesCommand implements Command {
    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder of a training (see refract train), or of a run.")
    private Path training;
    @Option(names = {"-o", "--out"}, paramLabel = "DIR", order = 1, description = "Where they are written (default: curves in that folder).")
    private Path out;

    @Override
    public Integer call() throws RefractException {
        TrainingLogs logs = TrainingLogs.read(training);
        Path folder = out == null ? training.resolve("curves") : out;
        spec.commandLine().getOut().printf("%s%n", new CurveFiles(logs).write(folder, "Learning curves of " + training));
        return 0;
    }
}

package org.refract.cli.command;

import java.nio.file.Path;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.api.model.Placement;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.file.StillThere;
import org.refract.engine.job.JobQueue;
import org.refract.engine.unpack.ReportWriter;
import org.refract.engine.unpack.RunFolder;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract report}: writes the report of a run again. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Step by step", "refract.command=report"})
@CommandLine.Command(name = "report", description = "Write the report of a run again.")
public final class ReportCommand implements Command {
    private final Extensions extensions;
    private final JobQueue jobs;

    @Parameters(paramLabel = "RUN", description = "A run folder.")
    private Path run = Path.of("");

    @Spec
    private CommandSpec spec;

    @Activate
    public ReportCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    @Override
    public Integer call() throws RefractException {
        List<Lease<ReportWriter>> writers = extensions.leases(ReportWriter.class);
        if (writers.isEmpty()) {
            throw RefractException.failure("No bundle that writes reports is installed; unpack the product again.");
        }
        for (Lease<ReportWriter> writer : writers) {
            Path page = JobOnScreen.of(spec, jobs)
                    .run(Placement.CPU, "Writing the report", List.of(writer), monitor -> writer.get().write(new RunFolder(run), monitor));
            StillThere.check(List.of(page));
            spec.commandLine().getOut().printf("The report is %s%n", page);
        }
        return 0;
    }
}

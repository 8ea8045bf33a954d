package org.refract.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Finding;
import org.refract.api.command.Command;
import org.refract.api.job.CancelledException;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ModelBackend;
import org.refract.cli.Sentences;
import org.refract.cli.TensorCommand;
import org.refract.cli.progress.Printed;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.file.FolderLock;
import org.refract.engine.job.JobQueue;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.FindingFiles;
import org.refract.engine.unpack.Preset;
import org.refract.engine.unpack.RunFolder;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract analyse}: runs one analysis of an unpacked model, with settings of its own. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Step by step", "refract.command=analyse"})
@CommandLine.Command(name = "analyse", sortOptions = false,
        description = "Run one analysis of an unpacked model, and keep its findings in the run.",
        footer = {"", "Examples", "  refract analyse unpacked-emoji-sdxl blocks --set features=5", "  refract extensions blocks      what --set can set"})
public final class AnalyseCommand implements TensorCommand {
    private final Extensions extensions;
    private final JobQueue jobs;
    @Spec
    CommandSpec spec;
    @Mixin
    ModelOptions model;

    @Parameters(index = "0", paramLabel = "RUN", description = "A run folder.")
    private Path run;
    @Parameters(index = "1", paramLabel = "ANALYSIS", description = "Its id; refract extensions lists them.")
    private String id;
    @Option(names = "--set", paramLabel = "NAME=VALUE", order = 2, description = "A setting of the analysis; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** With the services that it needs. */
    @Activate
    public AnalyseCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    @Override
    public Integer call() throws RefractException {
        RunFolder folder = new RunFolder(run).enclosed();
        model.orOf(folder);
        Lease<Analysis> analysis = extensions.lease(Analysis.class, id);
        Settings set = Settings.of(analysis.get().hyperparameters(), settings);
        Lease<ModelBackend> backend = model.backend(extensions);
        Path place = folder.findings().resolve(id);
        List<Finding> findings = JobOnScreen.of(spec, jobs).run(model.placement(), "Analysing", List.of(backend, analysis), monitor -> {
            try (FolderLock lock = FolderLock.take(run, "refract analyse")) {
                List<Finding> found = findings(folder, backend, analysis.get(), set, monitor);
                FindingFiles.write(place, found);
                return found;
            }
        });
        Printed out = Printed.of(spec.commandLine().getOut());
        findings.forEach(finding -> out.printf("%s: %s%n", finding.id(), finding.title()));
        out.printf("The findings: %s (refract report %s shows them)%n", place, run);
        return 0;
    }

    private List<Finding> findings(RunFolder folder, Lease<ModelBackend> backend, Analysis analysis, Settings set, Monitor monitor) throws RefractException {
        List<String> prompts = folder.prompts(Preset.STANDARD.analysisPrompts());
        try (ImageModel opened = model.open(backend, monitor); Dictionaries dictionaries = Dictionaries.open(folder, opened, extensions)) {
            return findings(analysis, opened, dictionaries, prompts, set, monitor);
        }
    }

    /** Whatever an analysis throws is its own failure, and says whose. */
    private List<Finding> findings(Analysis analysis, ImageModel opened, Dictionaries dictionaries, List<String> prompts, Settings set, Monitor monitor)
            throws RefractException {
        try {
            return analysis.run(opened, dictionaries.list(), prompts, set, dictionaries.guard(monitor));
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw RefractException.failure(e, "The analysis %s failed: %s", id, Sentences.of(e));
        }
    }
}

package org.refract.cli.command;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.model.HookPoint;
import org.refract.cli.Within;
import org.refract.engine.extension.Extensions;
import org.refract.engine.file.StillThere;
import org.refract.engine.job.JobQueue;
import org.refract.engine.unpack.Preset;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.Unpack;
import org.refract.engine.unpack.UnpackOptions;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code refract unpack}: the main job. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Take a model apart", "refract.command=unpack"})
@CommandLine.Command(name = "unpack", sortOptions = false,
        description = {"Record a model's blocks, learn and name their features, and write a report.",
            "Stopped or killed, it goes on where it was when it is asked again."},
        footerHeading = "%n@|bold,underline Examples|@%n",
        footer = {"  refract unpack", "  refract unpack --quick --out first-look",
            "  refract unpack --model ~/sdxl-turbo --prompts prompts.txt --device cuda:0/fp16"})
public final class UnpackCommand implements TensorCommand {
    @Reference
    Extensions extensions;
    @Reference
    JobQueue jobs;
    @Reference
    Unpack unpack;
    @Spec
    CommandSpec spec;
    @Mixin
    ModelOptions model;

    @Option(names = {"-o", "--out"}, paramLabel = "DIR", order = 2,
            description = "The run's folder (default: unpacked-MODEL in the current folder).")
    private Path out;
    @Option(names = "--quick", order = 3, description = "A first look: fewer pictures and shorter training.")
    private boolean quick;
    @Option(names = "--passes", paramLabel = "N", order = 4,
            description = "Passes of the model that are recorded: pictures times steps, twice that with guidance (default: 4096; with --quick 1024).")
    @Within(least = 1, most = 1_000_000_000)
    private Integer passes;
    @Option(names = "--steps", paramLabel = "N", order = 4, description = "Training steps (default: 2000; with --quick 800).")
    @Within(least = 1, most = 1_000_000_000)
    private Integer steps;
    @Option(names = "--prompts", paramLabel = "FILE", order = 4,
            description = "Prompts, one a line, or JSON lines with a caption or prompt (default: captions beside the model, or a built-in list).")
    private Path prompts;
    @Option(names = "--point", paramLabel = "POINT", order = 5,
            description = "A hook point such as unet.mid_block.attentions.0; may be repeated (default: the model's own).")
    private List<String> points = new ArrayList<>();
    @Option(names = "--variant", paramLabel = "NAME", defaultValue = "topk", order = 6,
            description = "The dictionaries' architecture (default: ${DEFAULT-VALUE}).")
    private String variant;
    @Option(names = "--set", paramLabel = "NAME=VALUE", order = 7,
            description = "A setting of the architecture, such as k=20, or of an analysis, such as blocks.features=5; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();
    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", order = 8, description = "Of everything drawn by lot (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--labeler", paramLabel = "ID", order = 9, description = "Who names the features (default: Refract's own; refract extensions lists them).")
    private Optional<String> labeler = Optional.empty();
    @Option(names = "--no-report", order = 10, description = "Leave out the report.")
    private boolean noReport;
    @Option(names = "--json", order = 11, description = "Print the outcome as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws RefractException {
        List<HookPoint> hookPoints = new ArrayList<>();
        for (String point : points) {
            hookPoints.add(HookPoint.parse(point));
        }
        Path folder = (out == null ? Path.of("unpacked-" + model.name()) : out).toAbsolutePath().normalize();
        UnpackOptions options = new UnpackOptions(model.location(), folder, preset(), model.placement(),
                Optional.ofNullable(prompts), hookPoints, variant, settings, labeler, seed, !noReport);
        RunFolder run = JobOnScreen.whole(spec, jobs).run(options.placement(), "Unpacking " + model.name(), List.of(),
                monitor -> unpack.run(options, monitor));
        tell(run);
        return 0;
    }

    private Preset preset() throws RefractException {
        Preset preset = quick ? Preset.QUICK : Preset.STANDARD;
        preset = passes == null ? preset : preset.withPasses(passes);
        return steps == null ? preset : preset.withTrainingSteps(steps);
    }

    private void tell(RunFolder run) throws RefractException {
        StillThere.check(List.of(run.record()));
        Path report = run.report().resolve("index.html");
        boolean written = Files.exists(report);
        if (json) {
            JsonObject outcome = new JsonObject();
            outcome.addProperty("run", run.path().toString());
            if (written) {
                outcome.addProperty("report", report.toString());
            }
            spec.commandLine().getOut().println(outcome);
        } else if (written) {
            spec.commandLine().getOut().printf("The report: %s%n", report);
        } else {
            spec.commandLine().getOut().printf("The run: %s%n", run.path());
        }
    }
}

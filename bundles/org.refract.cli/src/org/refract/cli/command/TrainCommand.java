package org.refract.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.Plain;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.RefractCommand;
import org.refract.cli.Within;
import org.refract.cli.curves.CurveFiles;
import org.refract.cli.curves.TrainingWatch;
import org.refract.cli.progress.Printed;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.JobQueue;
import org.refract.engine.train.EarlyStop;
import org.refract.engine.train.Trainer;
import org.refract.engine.train.TrainingLogs;
import org.refract.engine.train.TrainingPlan;
import org.refract.engine.train.TrainingTask;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code refract train}: learns dictionaries of activation stores, all in one pass. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Step by step", "refract.command=train"})
@CommandLine.Command(name = "train", sortOptions = false,
        description = {"Learn sparse dictionaries of activation stores, of a running model or of planted data, all in one pass.",
            "Lists make every combination: one dictionary for each, in a folder named by what varies.",
            "Stopped or killed, it goes on from its last saved state, to the bit on the processor."},
        footer = {"", "Examples",
            "  refract train recordings/store/* --out recordings/saes --set k=20 --steps 5000",
            "  refract train STORE --out grid --variant topk,batchtopk --grid k=5,10,20 \\",
            "      --grid lr=1e-4,3e-4 --patience 500",
            "  refract train IN --target OUT --out transcoder --set k=32",
            "  refract train STORE STORE --together --out crosscoder --set l1_coefficient=1",
            "  refract train --stream MODEL --point unet.mid_block.attentions.0 --out saes",
            "  refract train --synthetic width=64,features=256,active=8 --set k=8 --out x",
            "  refract train --watch recordings/saes"})
public final class TrainCommand implements TensorCommand {
    private final Extensions extensions;
    private final JobQueue jobs;
    @Spec
    CommandSpec spec;
    @Mixin
    GridOptions grid;
    @Mixin
    SourceOptions data;

    @Option(names = {"-o", "--out"}, paramLabel = "DIR", order = 1, description = "Gets one folder per dictionary, and curves.")
    private Path out;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "4096", order = 20,
            description = "Vectors per step (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = MOST_VECTORS)
    private int batch;
    @Option(names = "--steps", paramLabel = "N", defaultValue = "3000", order = 21,
            description = "Optimiser steps (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 1e12)
    private long steps;
    @Option(names = "--patience", paramLabel = "STEPS", order = 22,
            description = "End a dictionary that got no better for so many steps; the others go on.")
    @Within(least = 1, most = 1e12)
    private Long patience;
    @Option(names = "--patience-on", paramLabel = "METRIC", defaultValue = "explained_variance", order = 23,
            description = "What should get better: a number of the log (default: ${DEFAULT-VALUE}).")
    private String metric;
    @Option(names = "--patience-least", paramLabel = "SHARE", order = 24,
            description = "Smaller improvements do not count (default: " + EarlyStop.LEAST + ").")
    @Within(least = 0, most = 1)
    private double least = EarlyStop.LEAST;
    @Option(names = "--log-every", paramLabel = "STEPS", order = 25,
            description = "Steps between two lines of the log (default: 100).")
    @Within(least = 1, most = 1e12)
    private Long logEvery;
    @Option(names = "--format", paramLabel = "NAME", defaultValue = "refract", order = 30,
            description = "Format of the finished dictionaries (default: ${DEFAULT-VALUE}).")
    private String format;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", order = 31,
            description = "Of weights and order (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", order = 32,
            description = "cpu or cuda:0 (default: ${DEFAULT-VALUE}).")
    private String device;
    @Option(names = "--watch", order = 33, description = "Plot the learning curves in the terminal while they grow.")
    private boolean watch;
    @Option(names = "--plot", paramLabel = "METRIC,...", split = ",", hideParamSyntax = true, order = 34,
            description = "What --watch plots (default: explained_variance,total,dead).")
    private List<String> plotted = TrainingWatch.USUAL;

    /** Of a batch; a matrix of them must still be addressed by an integer. */
    static final int MOST_VECTORS = 1 << 24;
    private static final String CURVES = "curves";
    private static final long EVERY_MILLIS = 1000;

    /** With the services that it needs. */
    @Activate
    public TrainCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    /** Watching another training draws what that logs. */
    @Override
    public boolean computes() {
        return !watches();
    }

    private boolean watches() {
        return out == null && watch && data.stores().size() == 1;
    }

    @Override
    public Integer call() throws RefractException {
        if (watches()) {
            TrainingLogs.read(data.stores().getFirst());
            TrainingWatch view = view(data.stores().getFirst());
            view.follow(view.terminal().interactive() ? spec.commandLine().getErr() : spec.commandLine().getOut(), EVERY_MILLIS);
            return 0;
        }
        if (out == null) {
            throw RefractException.usage("Say with --out where the dictionaries should be written.");
        }
        train();
        return 0;
    }

    /**
     * What came out.
     *
     * @param before whether it had come out before
     */
    private record Trained(TrainingSummary summary, boolean before) {
    }

    private void train() throws RefractException {
        Placement placement = Placement.parse(device);
        data.check();
        CurveFiles.check(out.resolve(CURVES));
        List<Lease<SaeVariant>> variants = grid.variants(extensions, out, data.usualVariant());
        List<SaeVariant> architectures = variants.stream().map(Lease::get).toList();
        Lease<CheckpointFormat> writer = extensions.lease(CheckpointFormat.class, format);
        List<Lease<ModelBackend>> backends = data.leases(extensions);
        List<Lease<?>> leases = new ArrayList<>(variants);
        leases.add(writer);
        leases.addAll(backends);
        TrainingGrid cells = grid.grid(architectures, data.settings(architectures));
        Map<String, String> places = new LinkedHashMap<>();
        Thread screen = watch ? watching() : null;
        try {
            tell(JobOnScreen.of(spec, jobs).run(placement, "Training", leases, monitor -> {
                try (OpenSources opened = data.open(backends, placement, seed, monitor)) {
                    TrainingPlan plan = plan(tasks(cells, opened, places), placement);
                    Trainer trainer = new Trainer(out, plan, writer.get());
                    return new Trained(new TrainingSummary(trainer.run(new MeanMetrics(monitor, plan.tasks().size())), places), trainer.wasFinished());
                }
            }));
        } finally {
            if (screen != null) {
                screen.interrupt();
            }
        }
    }

    /** @param places gets the name of each dictionary's data, by the dictionary's name */
    private static List<TrainingTask> tasks(TrainingGrid cells, OpenSources opened, Map<String, String> places)
            throws RefractException {
        List<TrainingTask> tasks = new ArrayList<>();
        for (OpenSources.Named data : opened.sources()) {
            for (TrainingGrid.Cell cell : cells.of(data.name(), data.source().width(), data.source().targetWidth())) {
                tasks.add(new TrainingTask(cell.name(), cell.variant(), cell.config(), data.source()));
                places.put(cell.name(), data.name());
            }
        }
        return tasks;
    }

    private TrainingPlan plan(List<TrainingTask> tasks, Placement placement) {
        TrainingPlan plan = TrainingPlan.of(tasks, batch, steps, seed, placement);
        plan = logEvery == null ? plan : plan.withLogEvery(logEvery);
        return patience == null ? plan : plan.withEarlyStop(new EarlyStop(metric, patience, least));
    }

    private TrainingWatch view(Path folder) {
        return new TrainingWatch(folder, plotted, ((RefractCommand) spec.root().userObject()).terminal());
    }

    /** A screen of its own thread, which ends with the training. */
    private Thread watching() {
        PrintWriter screen = spec.commandLine().getErr();
        return Thread.ofPlatform().daemon().name("refract curves").start(() -> {
            try {
                view(out).follow(screen, EVERY_MILLIS);
            } catch (RefractException damaged) {
                screen.println(Plain.line(damaged.getMessage()));
            }
        });
    }

    private void tell(Trained trained) throws RefractException {
        PrintWriter screen = spec.commandLine().getOut();
        if (watch) {
            view(out).picture().forEach(line -> Printed.of(screen).styled(line + System.lineSeparator()));
        }
        trained.summary().print(screen);
        if (trained.before()) {
            screen.printf("%s was finished before; nothing was left to train.%n", out);
        }
        CurveFiles.Written curves = new CurveFiles(TrainingLogs.read(out)).write(out.resolve(CURVES), "Learning curves of " + out);
        screen.printf("learning curves: %s%n", curves);
    }
}

package org.refract.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.RefractCommand;
import org.refract.cli.curves.CurveFiles;
import org.refract.cli.curves.TrainingLogs;
import org.refract.cli.curves.TrainingWatch;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.JobQueue;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.train.EarlyStop;
import org.refract.engine.train.Trainer;
import org.refract.engine.train.TrainingPlan;
import org.refract.engine.train.TrainingTask;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract train}: learns dictionaries of activation stores, all in one pass. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = "refract.group=Step by step")
@CommandLine.Command(name = "train", sortOptions = false,
        description = {"Learn sparse dictionaries of activation stores, all in one pass.",
            "Lists make every combination: one dictionary for each, in a folder named by what varies.",
            "Stopped or killed, it goes on from its last saved state, to the bit on the processor."},
        footer = {"", "Examples:",
            "  refract train recordings/store/* --out recordings/saes --set k=20 --steps 5000",
            "  refract train STORE --out grid --variant topk,batchtopk --grid k=5,10,20 --grid lr=1e-4,3e-4 --patience 500",
            "  refract train --watch recordings/saes"})
public final class TrainCommand implements Command {
    @Reference
    Extensions extensions;
    @Reference
    JobQueue jobs;
    @Spec
    CommandSpec spec;
    @Mixin
    GridOptions grid;

    @Parameters(arity = "1..*", paramLabel = "STORE", description = "Activation stores (see refract harvest); with --watch alone, the folder of a training.")
    private List<Path> stores;
    @Option(names = {"-o", "--out"}, paramLabel = "DIR", order = 1, description = "Gets one folder per dictionary, and curves.")
    private Path out;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "4096", order = 20, description = "Vectors per step (default: ${DEFAULT-VALUE}).")
    private int batch;
    @Option(names = "--steps", paramLabel = "N", defaultValue = "3000", order = 21, description = "Optimiser steps (default: ${DEFAULT-VALUE}).")
    private long steps;
    @Option(names = "--patience", paramLabel = "STEPS", order = 22,
            description = "End a dictionary that got no better for so many steps; the others go on.")
    private Long patience;
    @Option(names = "--patience-on", paramLabel = "METRIC", defaultValue = "explained_variance", order = 23,
            description = "What should get better: a number of the log (default: ${DEFAULT-VALUE}).")
    private String metric;
    @Option(names = "--patience-least", paramLabel = "SHARE", order = 24, description = "Smaller improvements do not count (default: " + EarlyStop.LEAST + ").")
    private double least = EarlyStop.LEAST;
    @Option(names = "--log-every", paramLabel = "STEPS", order = 25, description = "Steps between two lines of the log (default: 100).")
    private Long logEvery;
    @Option(names = "--format", paramLabel = "NAME", defaultValue = "refract", order = 30,
            description = "Format of the finished dictionaries (default: ${DEFAULT-VALUE}).")
    private String format;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", order = 31, description = "Of weights and order (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", order = 32, description = "cpu or cuda:0 (default: ${DEFAULT-VALUE}).")
    private String device;
    @Option(names = "--watch", order = 33, description = "Plot the learning curves in the terminal while they grow.")
    private boolean watch;
    @Option(names = "--plot", paramLabel = "METRIC,...", split = ",", order = 34,
            description = "What --watch plots (default: explained_variance,total,dead).")
    private List<String> plotted = TrainingWatch.USUAL;

    private static final long EVERY_MILLIS = 1000;

    @Override
    public Integer call() throws RefractException {
        if (out == null && watch && stores.size() == 1) {
            TrainingLogs.read(stores.getFirst());
            view(stores.getFirst()).follow(spec.commandLine().getOut(), EVERY_MILLIS);
            return 0;
        }
        if (out == null) {
            throw RefractException.usage("Say with --out where the dictionaries should be written.");
        }
        train();
        return 0;
    }

    private void train() throws RefractException {
        Placement placement = Placement.parse(device);
        List<Lease<SaeVariant>> variants = grid.variants(extensions);
        Lease<CheckpointFormat> writer = extensions.lease(CheckpointFormat.class, format);
        List<Lease<?>> leases = new ArrayList<>(variants);
        leases.add(writer);
        TrainingGrid cells = grid.grid(variants.stream().map(Lease::get).toList());
        List<ActivationStore> opened = new ArrayList<>();
        try {
            List<TrainingTask> tasks = new ArrayList<>();
            Map<String, String> places = new LinkedHashMap<>();
            for (Path path : stores) {
                ActivationStore store = ActivationStore.open(path);
                opened.add(store);
                String place = ActivationStore.folderName(store.manifest().point());
                for (TrainingGrid.Cell cell : cells.of(place, store.width(), store.width())) {
                    tasks.add(new TrainingTask(cell.name(), cell.variant(), cell.config(), store));
                    places.put(cell.name(), place);
                }
            }
            TrainingPlan plan = plan(tasks, placement);
            Thread screen = watch ? watching() : null;
            try {
                Map<String, Map<String, Double>> metrics = JobOnScreen.of(spec, jobs).run(placement, "Training", leases,
                        monitor -> new Trainer(out, plan, writer.get()).run(monitor));
                tell(new TrainingSummary(metrics, places));
            } finally {
                if (screen != null) {
                    screen.interrupt();
                }
            }
        } finally {
            opened.forEach(ActivationStore::close);
        }
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
                screen.println(damaged.getMessage());
            }
        });
    }

    private void tell(TrainingSummary summary) throws RefractException {
        PrintWriter screen = spec.commandLine().getOut();
        if (watch) {
            view(out).picture().forEach(screen::println);
        }
        summary.print(screen);
        screen.println("learning curves: " + new CurveFiles(TrainingLogs.read(out)).write(out.resolve("curves"), "Learning curves of " + out));
    }
}

package org.refract.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.command.Command;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.JobQueue;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.train.Trainer;
import org.refract.engine.train.TrainingPlan;
import org.refract.engine.train.TrainingTask;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract train}: learns dictionaries of activation stores, all in one pass. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = "refract.group=Step by step")
@CommandLine.Command(name = "train", sortOptions = false,
        description = {"Learn a sparse dictionary of each activation store, all in one pass.",
            "Stopped or killed, it goes on from its last saved state, to the bit on the processor."},
        footer = {"", "Example: refract train recordings/store/* --out recordings/saes --set k=20 --steps 5000"})
public final class TrainCommand implements Command {
    @Reference
    Extensions extensions;
    @Reference
    JobQueue jobs;
    @Spec
    CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "STORE", description = "Activation stores (see refract harvest).")
    private List<Path> stores;
    @Option(names = {"-o", "--out"}, required = true, paramLabel = "DIR", order = 1, description = "Gets one folder per dictionary.")
    private Path out;
    @Option(names = "--variant", paramLabel = "NAME", defaultValue = "topk", order = 2, description = "The architecture (default: ${DEFAULT-VALUE}).")
    private String variant;
    @Option(names = "--set", paramLabel = "NAME=VALUE", order = 3, description = "A setting of the architecture, such as k=20; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();
    @Option(names = "--expansion", paramLabel = "X", defaultValue = EXPANSION, order = 4, description = "Latents per channel (default: ${DEFAULT-VALUE}).")
    private double expansion;
    @Option(names = "--latents", paramLabel = "N", order = 4, description = "Size of the dictionary, instead of --expansion.")
    private Integer latents;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "4096", order = 5, description = "Vectors per step (default: ${DEFAULT-VALUE}).")
    private int batch;
    @Option(names = "--steps", paramLabel = "N", defaultValue = "3000", order = 6, description = "Optimiser steps (default: ${DEFAULT-VALUE}).")
    private long steps;
    @Option(names = "--format", paramLabel = "NAME", defaultValue = "refract", order = 7,
            description = "Format of the finished dictionaries (default: ${DEFAULT-VALUE}).")
    private String format;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", order = 8, description = "Of weights and order (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", order = 9, description = "cpu or cuda:0 (default: ${DEFAULT-VALUE}).")
    private String device;

    /** Latents per channel in the published SDXL Turbo dictionaries (sdxl-unbox: 5120 of 1280). */
    private static final String EXPANSION = "4";

    @Override
    public Integer call() throws RefractException {
        Placement placement = Placement.parse(device);
        Lease<SaeVariant> architecture = extensions.lease(SaeVariant.class, variant);
        Lease<CheckpointFormat> writer = extensions.lease(CheckpointFormat.class, format);
        if (!(expansion > 0) || latents != null && latents < 1) {
            throw RefractException.usage("A dictionary needs at least one latent: --expansion and --latents must be greater than 0.");
        }
        Settings chosen = Settings.of(architecture.get().hyperparameters(), settings);
        List<ActivationStore> opened = new ArrayList<>();
        try {
            List<TrainingTask> tasks = new ArrayList<>();
            for (Path path : stores) {
                ActivationStore store = ActivationStore.open(path);
                opened.add(store);
                int size = latents == null ? (int) Math.min(Integer.MAX_VALUE, Math.round(expansion * store.width())) : latents;
                SaeConfig config = new SaeConfig(variant, store.width(), store.width(), size, chosen);
                tasks.add(new TrainingTask(ActivationStore.folderName(store.manifest().point()), architecture.get(), config, store));
            }
            TrainingPlan plan = TrainingPlan.of(tasks, batch, steps, seed, placement);
            Map<String, Map<String, Double>> metrics = JobOnScreen.of(spec, jobs).run(placement, "Training",
                    List.of(architecture, writer), monitor -> new Trainer(out, plan, writer.get()).run(monitor));
            tell(metrics);
        } finally {
            opened.forEach(ActivationStore::close);
        }
        return 0;
    }

    private void tell(Map<String, Map<String, Double>> metrics) {
        PrintWriter writer = spec.commandLine().getOut();
        metrics.forEach((name, terms) -> writer.printf(Locale.ROOT, "%s: explained variance %.3f, L0 %.1f, dead %.0f%n", out.resolve(name),
                terms.getOrDefault("explained_variance", Double.NaN), terms.getOrDefault("l0", Double.NaN),
                terms.getOrDefault("dead", Double.NaN)));
    }
}

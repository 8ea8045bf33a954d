package org.refract.cli.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.Within;
import org.refract.cli.command.ModelOptions;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.Job;
import org.refract.engine.job.JobQueue;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code refract bench}: how fast this machine is. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Look", "refract.command=bench"})
@CommandLine.Command(name = "bench", description = "Time a training step, a network, whole pictures or the opening of a model on this machine.",
        footer = {"", "Threads per operation: REFRACT_JAVA_OPTIONS=-Drefract.threads=1 refract bench sae"})
public final class BenchCommand implements TensorCommand {
    @Reference
    Extensions extensions;
    @Reference
    JobQueue jobs;
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Say what to time: refract bench sae, unet, picture or load.");
    }

    @CommandLine.Command(name = "sae", description = "One optimiser step of a sparse autoencoder beside one bare encoder product.")
    int sae(@Option(names = "--variant", defaultValue = "topk", description = "Which (${DEFAULT-VALUE}).") String variant,
            @Within(least = 1, most = 1 << 20) @Option(names = "--d", defaultValue = "1280", description = "Width of the data (${DEFAULT-VALUE}).") int d,
            @Within(least = 1, most = 1 << 24) @Option(names = {"--latents", "--n"}, defaultValue = "5120", description = "Latents (${DEFAULT-VALUE}).") int n,
            @Within(least = 1, most = 1 << 24) @Option(names = "--k", defaultValue = "10", description = "Active latents per sample (${DEFAULT-VALUE}).") int k,
            @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A setting of the variant.") Map<String, String> settings,
            @Within(least = 1, most = 1 << 24) @Option(names = "--batch", defaultValue = "4096", description = "Samples per step (${DEFAULT-VALUE}).") int batch,
            @Within(least = 1, most = 1_000_000) @Option(names = "--rounds", defaultValue = "5", description = "Repetitions (${DEFAULT-VALUE}).") int rounds,
            @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda:0 (${DEFAULT-VALUE}).") String device,
            @Option(names = "--json", description = "Print one JSON object.") boolean json) throws RefractException {
        if (k > n) {
            throw RefractException.usage("--k must be at most --latents (%d), not %d.", n, k);
        }
        Placement placement = Placement.parse(device);
        Lease<SaeVariant> lease = extensions.lease(SaeVariant.class, variant);
        Job<Map<String, Double>> job = Job.on(placement, "Timing an SAE step",
                monitor -> new SaeBenchmark(d, n, k, batch, rounds, settings == null ? Map.of() : Map.copyOf(settings)).run(lease.get(), placement, monitor));
        return print(jobs.submit(job.using(lease)).awaitOrCancel("Stopped."), json);
    }

    @CommandLine.Command(name = "unet", description = "One forward pass of an image model's network, without and with hooks.")
    int unet(@Mixin ModelOptions options,
            @Option(names = "--network", defaultValue = "unet", description = "Which part (${DEFAULT-VALUE}).") String network,
            @Within(least = 1, most = 8192) @Option(names = "--size", defaultValue = "0", description = "Side of the picture in pixels (the model's own).") int size,
            @Within(least = 1, most = 1 << 24) @Option(names = "--batch", defaultValue = "1", description = "Pictures at once (${DEFAULT-VALUE}).") int batch,
            @Within(least = 1, most = 1_000_000) @Option(names = "--rounds", defaultValue = "7", description = "Repetitions (${DEFAULT-VALUE}).") int rounds,
            @Option(names = "--json", description = "Print one JSON object.") boolean json) throws RefractException {
        return timed(options, "Timing a network", new NetworkBenchmark(network, size, batch, rounds)::run, json);
    }

    @CommandLine.Command(name = "picture", description = "Prompts to pictures: text encoders, every step of the U-Net, VAE.")
    int picture(@Mixin ModelOptions options,
            @Within(least = 1, most = 1000) @Option(names = "--steps", defaultValue = "0", description = "Denoising steps (the model's own).") int steps,
            @Within(least = 0, most = 1000) @Option(names = "--guidance", defaultValue = "-1", description = "Guidance scale (the model's own).") double guidance,
            @Within(least = 1, most = 8192) @Option(names = "--size", defaultValue = "0", description = "Side of the picture in pixels (the model's own).") int size,
            @Within(least = 1, most = 1 << 24) @Option(names = "--batch", defaultValue = "1", description = "Pictures at once (${DEFAULT-VALUE}).") int batch,
            @Within(least = 1, most = 1_000_000) @Option(names = "--rounds", defaultValue = "7", description = "Repetitions (${DEFAULT-VALUE}).") int rounds,
            @Option(names = "--json", description = "Print one JSON object.") boolean json) throws RefractException {
        return timed(options, "Timing pictures", new PictureBenchmark(steps, guidance, size, batch, rounds)::run, json);
    }

    @CommandLine.Command(name = "load", description = "Opening a model. The first time, its files are also read whole for its fingerprint.")
    int load(@Mixin ModelOptions options,
            @Within(least = 0, most = 1_000_000) @Option(names = "--again", defaultValue = "5", description = "How often it is opened once more (${DEFAULT-VALUE}).") int again,
            @Option(names = "--json", description = "Print one JSON object.") boolean json) throws RefractException {
        Lease<ModelBackend> lease = options.backend(extensions);
        Job<Map<String, Double>> job = Job.on(options.placement(), "Opening a model",
                monitor -> LoadBenchmark.run(options.placement(), again, () -> options.open(lease, monitor)));
        return print(jobs.submit(job.using(lease)).awaitOrCancel("Stopped."), json);
    }

    /** What is timed on an opened model. */
    @FunctionalInterface
    private interface Timing {
        Map<String, Double> of(ImageModel model, Monitor monitor) throws RefractException;
    }

    private int timed(ModelOptions options, String title, Timing timing, boolean json) throws RefractException {
        Lease<ModelBackend> lease = options.backend(extensions);
        Job<Map<String, Double>> job = Job.on(options.placement(), title, monitor -> {
            try (ImageModel model = options.open(lease, monitor)) {
                return timing.of(model, monitor);
            }
        });
        return print(jobs.submit(job.using(lease)).awaitOrCancel("Stopped."), json);
    }

    private int print(Map<String, Double> result, boolean json) {
        if (json) {
            Gson gson = new GsonBuilder().serializeSpecialFloatingPointValues().create();
            spec.commandLine().getOut().println(gson.toJson(result));
        } else {
            result.forEach((name, value) -> spec.commandLine().getOut().printf("%-10s %s%n", name, switch (name) {
                case "ratio" -> "%.2f".formatted(value);
                case "peak_mib" -> "%.0f MiB".formatted(value);
                default -> "%.2f ms".formatted(value * 1000);
            }));
        }
        return 0;
    }
}

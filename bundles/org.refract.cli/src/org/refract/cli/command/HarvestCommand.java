package org.refract.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelBackend;
import org.refract.cli.Within;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.job.JobQueue;
import org.refract.engine.store.Harvest;
import org.refract.engine.store.Recordings;
import org.refract.engine.tensor.TorchType;
import org.refract.engine.unpack.Prompts;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract harvest}: draws pictures and records what blocks write. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Step by step", "refract.command=harvest"})
@CommandLine.Command(name = "harvest", sortOptions = false,
        description = {"Draw pictures and record what blocks write, in one store per hook point.",
            "Stopped or killed, it goes on with the next shard. With --part, several machines fill one folder."},
        footer = {"", "Example",
            "  refract harvest recordings --images 4096 --point unet.mid_block.attentions.0"})
public final class HarvestCommand implements TensorCommand {
    @Reference
    Extensions extensions;
    @Reference
    JobQueue jobs;
    @Spec
    CommandSpec spec;
    @Mixin
    ModelOptions model;

    @Parameters(paramLabel = "DIR", description = "The run's folder; it gets store/ and images/.")
    private Path folder;
    @Option(names = {"-n", "--images"}, paramLabel = "N", defaultValue = "1024", order = 2,
            description = "Pictures (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 100_000_000)
    private int images;
    @Option(names = "--prompts", paramLabel = "FILE", order = 3,
            description = "Prompts, one a line, or JSON lines with a caption or prompt (default: captions beside the model, or a built-in list).")
    private Path prompts;
    @Option(names = "--point", paramLabel = "POINT", order = 4,
            description = "A hook point, with :input or :output for those instead of the update; may be repeated (default: the model's own).")
    private List<String> points = new ArrayList<>();
    @Option(names = "--steps", paramLabel = "N", order = 5, description = "Denoising steps (default: the model's own).")
    @Within(least = 1, most = PictureOptions.MOST_STEPS)
    private Integer steps;
    @Option(names = "--guidance", paramLabel = "X", order = 6, description = "Guidance scale (default: the model's own).")
    @Within(least = 0, most = PictureOptions.MOST_GUIDANCE)
    private Double guidance;
    @Option(names = "--size", paramLabel = "PIXELS", order = 7, description = "Height and width (default: the model's own).")
    @Within(least = 1, most = PixelSize.LARGEST)
    private Integer size;
    @Option(names = "--batch", paramLabel = "N", defaultValue = "16", order = 8,
            description = "Pictures drawn together (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = DrawOptions.MOST_TOGETHER)
    private int batch;
    @Option(names = "--shard", paramLabel = "N", defaultValue = "256", order = 9,
            description = "Recordings per file (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 1_000_000)
    private int perShard;
    @Option(names = "--fp32", order = 10, description = "Store single precision instead of bfloat16.")
    private boolean fp32;
    @Option(names = "--part", paramLabel = "I/N", defaultValue = "1/1", order = 11,
            description = "Record only every N-th file, beginning with the I-th.")
    private String part;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", order = 12,
            description = "Seed of the first picture (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws RefractException {
        int[] which = part();
        List<String> texts = Prompts.of(Optional.ofNullable(prompts), model.location(), seed);
        Lease<ModelBackend> backend = model.backend(extensions);
        Recorded recorded = JobOnScreen.of(spec, jobs).run(model.placement(), "Recording " + model.name(), List.of(backend), monitor -> {
            try (ImageModel opened = model.open(backend, monitor)) {
                Harvest.Plan plan = new Harvest.Plan(request(opened), hookPoints(opened), Recordings.plan(texts, images, seed),
                        fp32 ? TorchType.FLOAT32 : TorchType.BFLOAT16, perShard, batch, which[0], which[1]);
                return new Recorded(new Harvest(folder, plan).run(opened, monitor), plan.points().size());
            }
        });
        spec.commandLine().getOut().printf("%d recordings of %d hook points: %s%n", recorded.recordings(), recorded.points(), folder.resolve("store"));
        return 0;
    }

    /** What is on the disk. */
    private record Recorded(int recordings, int points) {
    }

    private int[] part() throws RefractException {
        String[] numbers = part.split("/");
        try {
            if (numbers.length == 2) {
                int of = Integer.parseInt(numbers[1]);
                int number = Integer.parseInt(numbers[0]);
                if (number >= 1 && number <= of) {
                    return new int[] {number - 1, of};
                }
            }
        } catch (NumberFormatException e) {
            throw wrongPart();
        }
        throw wrongPart();
    }

    private RefractException wrongPart() {
        return RefractException.usage("--part must look like 2/8, the second part of eight, not '%s'.", part);
    }

    private ImageRequest request(ImageModel opened) {
        ImageRequest request = opened.defaults();
        request = steps == null ? request : request.withSteps(steps);
        request = guidance == null ? request : request.withGuidance(guidance);
        return size == null ? request : request.withSize(size, size);
    }

    private List<HookPoint> hookPoints(ImageModel opened) throws RefractException {
        if (points.isEmpty()) {
            return opened.defaultHookPoints();
        }
        List<HookPoint> chosen = new ArrayList<>();
        for (String point : points) {
            chosen.add(HookPoint.parse(point));
        }
        return chosen;
    }
}

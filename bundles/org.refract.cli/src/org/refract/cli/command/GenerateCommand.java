package org.refract.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.api.command.Command;
import org.refract.api.job.Monitor;
import org.refract.api.model.Hook;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.intervene.Interventions;
import org.refract.engine.job.JobQueue;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Scope;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.InterventionJson;
import org.refract.engine.unpack.RunFolder;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract generate}: pictures. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = "refract.group=Pictures")
@CommandLine.Command(name = "generate", sortOptions = false, description = "Draw pictures, with features turned if you like.",
        footer = {"", "Examples", "  refract generate \"red heart\" --seed 7", "  refract generate \"a cat\" \"a dog\" --out pictures --steps 4",
            "  refract generate \"red heart\" --run unpacked-emoji-sdxl \\", "      --feature 'unet.mid_block.attentions.0#7*3'"})
public final class GenerateCommand implements Command {
    private static final int LONGEST_NAME = 60;

    private final Extensions extensions;
    private final JobQueue jobs;

    @Parameters(arity = "1..*", paramLabel = "PROMPT", description = "One picture each; \"\" is an empty prompt.")
    private List<String> prompts = List.of();

    @Option(names = "--run", paramLabel = "DIR", description = "The run folder whose dictionaries --feature speaks of.")
    private Optional<Path> run = Optional.empty();

    @Mixin
    private PictureOptions picture = new PictureOptions();

    @Option(names = "--out", paramLabel = "FILE|DIR", description = "A PNG file for one picture, or a folder (default: a file here, named after prompt and seed).")
    private Optional<Path> out = Optional.empty();

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "%nTurned features (each --feature may be repeated with its own options)%n")
    private List<FeatureChange> changes = new ArrayList<>();

    @Option(names = "--json", description = "Print one JSON object for the pictures.")
    private boolean json;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Spec
    private CommandSpec spec;

    @Activate
    public GenerateCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    /** Drawn pictures with what was asked for. */
    private record Drawn(ModelInfo model, ImageRequest request, List<BufferedImage> images) {
    }

    @Override
    public Integer call() throws RefractException {
        List<Intervention> interventions = new ArrayList<>();
        for (FeatureChange change : changes) {
            interventions.add(change.intervention());
        }
        if (!interventions.isEmpty() && run.isEmpty()) {
            throw RefractException.usage("--feature needs the run that its dictionary belongs to: add --run DIR.");
        }
        if (run.isPresent()) {
            model.orOf(new RunFolder(run.get()));
        }
        Lease<ModelBackend> backend = model.backend(extensions);
        Placement placement = model.placement();
        List<Path> files = files();
        Drawn drawn = JobOnScreen.of(spec, jobs).run(placement, "Drawing", List.of(backend), monitor -> draw(backend, interventions, monitor));
        JsonArray written = new JsonArray();
        for (int i = 0; i < files.size(); i++) {
            JsonObject record = PictureFile.record(drawn.request(), i, drawn.model());
            if (!interventions.isEmpty()) {
                JsonArray turned = new JsonArray();
                interventions.forEach(change -> turned.add(InterventionJson.write(change)));
                record.add("interventions", turned);
            }
            PictureFile.write(files.get(i), drawn.images().get(i), PictureFile.parameters(drawn.request(), i, drawn.model()), record);
            record.remove("interventions");
            record.addProperty("file", files.get(i).toString());
            written.add(record);
            if (!json) {
                spec.commandLine().getOut().println(files.get(i));
            }
        }
        if (json) {
            JsonObject result = new JsonObject();
            result.add("pictures", written);
            spec.commandLine().getOut().println(result);
        }
        return 0;
    }

    private Drawn draw(Lease<ModelBackend> backend, List<Intervention> interventions, Monitor monitor)
            throws RefractException {
        monitor.stage("Opening the model", 0);
        try (ImageModel opened = model.open(backend, monitor)) {
            ImageRequest request = picture.request(opened.defaults(), prompts);
            if (interventions.isEmpty()) {
                return drawn(opened, request, List.of(), monitor);
            }
            try (Dictionaries dictionaries = Dictionaries.open(new RunFolder(run.orElseThrow()), opened, extensions)) {
                return drawn(opened, request, Interventions.hooks(interventions, dictionaries.list()), monitor);
            }
        }
    }

    private static Drawn drawn(ImageModel model, ImageRequest request, List<Hook> hooks, Monitor monitor) throws RefractException {
        monitor.stage("Drawing", request.steps());
        try (Scope scope = Scope.open(model.placement()); ImageBatch batch = model.generate(request, hooks, monitor, scope.manager())) {
            return new Drawn(model.info(), request, batch.images().map(Pictures::of).orElseThrow());
        }
    }

    private List<Path> files() throws RefractException {
        boolean file = out.isPresent() && out.get().toString().toLowerCase(java.util.Locale.ROOT).endsWith(".png");
        if (file && prompts.size() > 1) {
            throw RefractException.usage("%s is one file, but there are %d prompts; name a folder.", out.get(), prompts.size());
        }
        if (file) {
            return List.of(out.get());
        }
        if (out.isPresent() && Files.exists(out.get()) && !Files.isDirectory(out.get())) {
            throw RefractException.usage("%s is neither a folder nor a PNG file.", out.get());
        }
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            String name = fileName(prompts.get(i)) + "-" + (picture.seed() + i) + ".png";
            files.add(out.isPresent() ? out.get().resolve(name) : Path.of(name));
        }
        return files;
    }

    private static String fileName(String prompt) {
        String plain = prompt.replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-|-$", "");
        String shortened = plain.substring(0, plain.offsetByCodePoints(0, Math.min(LONGEST_NAME, plain.codePointCount(0, plain.length()))));
        return shortened.isEmpty() ? "empty" : shortened;
    }
}

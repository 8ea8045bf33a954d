package org.refract.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Label;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.cli.Within;
import org.refract.engine.draw.NumberedFiles;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.intervene.ActiveFeature;
import org.refract.engine.intervene.Explore;
import org.refract.engine.intervene.PointActivity;
import org.refract.engine.job.JobQueue;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.RunFolder;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract explore}: which features are active while a picture is drawn. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Pictures", "refract.command=explore"})
@CommandLine.Command(name = "explore", sortOptions = false, description = "Draw a picture and list the strongest features of each block.",
        footer = {"", "Example", "  refract explore \"red heart\" --run unpacked-emoji-sdxl --out heart"})
public final class ExploreCommand implements TensorCommand {
    private final Extensions extensions;
    private final JobQueue jobs;

    @Parameters(paramLabel = "PROMPT", description = "What is drawn; \"\" is an empty prompt.")
    private String prompt = "";

    @Option(names = "--run", required = true, paramLabel = "DIR", description = "The run folder with the dictionaries; pictures are drawn as it was recorded.")
    private Path run = Path.of("");

    @Mixin
    private PictureOptions picture = new PictureOptions();

    @Option(names = "--top", paramLabel = "N", defaultValue = "10", description = "Features per block (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = 1_000_000)
    private int top = 10;

    @Option(names = "--out", paramLabel = "DIR", description = "Write the picture and a heat map for each feature there; where others have these names, all go on with -2, -3 ...")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object, with the maps.")
    private boolean json;

    @ArgGroup(validate = false, heading = "%nA picture to begin with%n")
    private StartOptions start = new StartOptions();

    @ArgGroup(validate = false, heading = "%nWhat is added to the model%n")
    private AdapterOptions adapters = new AdapterOptions();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Spec
    private CommandSpec spec;

    @Activate
    public ExploreCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    /** A feature with its label. */
    private record Shown(String point, Optional<String> label, ActiveFeature feature) {
    }

    private record Explored(ModelInfo model, ImageRequest request, BufferedImage image, List<Shown> features) {
    }

    @Override
    public Integer call() throws RefractException {
        RunFolder folder = new RunFolder(run);
        model.orOf(folder);
        Lease<ModelBackend> backend = model.backend(extensions);
        Placement placement = model.placement();
        Set<String> notes = new LinkedHashSet<>();
        Explored explored = JobOnScreen.of(spec, jobs).run(placement, "Exploring", List.of(backend),
                monitor -> explore(backend, folder, new KeptNotes(monitor, notes)));
        if (out.isPresent()) {
            write(explored, out.get());
        }
        if (json) {
            JsonObject result = json(explored);
            KeptNotes.add(notes, result);
            spec.commandLine().getOut().println(result);
        } else {
            print(explored);
        }
        return 0;
    }

    private Explored explore(Lease<ModelBackend> backend, RunFolder folder, Monitor monitor) throws RefractException {
        monitor.stage("Opening the model", 0);
        try (BegunWith opened = BegunWith.open(model, folder, backend, adapters.adapters(), start, monitor);
                Dictionaries dictionaries = opened.dictionaries(folder, extensions)) {
            ImageRequest request = opened.request(picture, prompt, monitor);
            opened.model().idle(List.of(request)).forEach(monitor::note);
            monitor.stage("Drawing", request.steps());
            Explore seen = Explore.run(opened.model(), request, dictionaries.list(), List.of(), dictionaries.guard(monitor));
            List<Shown> shown = new ArrayList<>();
            for (int i = 0; i < seen.points().size(); i++) {
                PointActivity activity = seen.points().get(i);
                Dictionary dictionary = dictionaries.list().get(i);
                for (ActiveFeature feature : activity.strongest(0, top)) {
                    shown.add(new Shown(activity.point().path(), dictionary.features().get(feature.latent()).label().map(Label::text), feature));
                }
            }
            return new Explored(opened.model().info(), request, seen.images().getFirst(), shown);
        }
    }

    private void print(Explored explored) {
        PrintWriter out = spec.commandLine().getOut();
        String point = "";
        for (Shown shown : explored.features()) {
            if (!shown.point().equals(point)) {
                point = shown.point();
                out.printf("%s%n", point);
            }
            out.printf("  #%-6d mean %-9.4g max %-9.4g %s%n", shown.feature().latent(), shown.feature().mean(), shown.feature().max(), shown.label().orElse(""));
        }
    }

    private JsonObject json(Explored explored) {
        JsonObject result = record(explored);
        JsonArray features = new JsonArray();
        for (Shown shown : explored.features()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("point", shown.point());
            entry.addProperty("latent", shown.feature().latent());
            shown.label().ifPresent(label -> entry.addProperty("label", label));
            entry.addProperty("mean", shown.feature().mean());
            entry.addProperty("max", shown.feature().max());
            entry.addProperty("rows", shown.feature().rows());
            entry.addProperty("columns", shown.feature().columns());
            JsonArray map = new JsonArray();
            for (float value : shown.feature().map()) {
                map.add(value);
            }
            entry.add("map", map);
            features.add(entry);
        }
        result.add("features", features);
        return result;
    }

    private void write(Explored explored, Path folder) throws RefractException {
        PictureText text = PictureText.of(WebUiText.of(explored.request(), 0, explored.model(), LoraHash.of(adapters.adapters()), Optional.empty(), start.maskUse()),
                record(explored).toString());
        List<NumberedFiles.Named> files = new ArrayList<>();
        files.add(named(folder.resolve("picture.png"), explored.image(), text));
        for (Shown shown : explored.features()) {
            Path file = folder.resolve(shown.point() + "-" + shown.feature().latent() + ".png");
            files.add(named(file, HeatMap.over(explored.image(), shown.feature()), text));
        }
        new NumberedFiles().write(files);
    }

    private static NumberedFiles.Named named(Path file, BufferedImage image, PictureText text) throws RefractException {
        return new NumberedFiles.Named(file, PictureFile.bytes(file, image, text));
    }

    private JsonObject record(Explored explored) {
        OptionValues said = OptionValues.of(spec.commandLine().getParseResult(), DrawOptions.plainNames());
        return PictureRecord.of(explored.request(), 0, explored.model(), said, List.of());
    }
}

package org.refract.cli.command;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
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
import org.refract.api.analysis.Intervention;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.engine.draw.NumberedFiles;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.intervene.Explore;
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

/** {@code refract intervene}: the same picture without and with changes. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Pictures", "refract.command=intervene"})
@CommandLine.Command(name = "intervene", sortOptions = false,
        customSynopsis = "@|bold refract intervene|@ PROMPT --run DIR --feature POINT#LATENT [OPTIONS]", description = "Draw a picture before and after features are turned.",
        footer = {"", "Examples", "  refract intervene \"red heart\" --run unpacked-emoji-sdxl \\", "      --feature 'unet.up_blocks.0.attentions.1#123*0'",
            "  refract intervene \"red heart\" --run unpacked-emoji-sdxl \\", "      --feature 'unet.mid_block.attentions.0#7' \\",
            "      --mode add --strength 5 --area 0,0,0.5,1"})
public final class InterveneCommand implements TensorCommand {
    private final Extensions extensions;
    private final JobQueue jobs;

    @Parameters(paramLabel = "PROMPT", description = "What is drawn; \"\" is an empty prompt.")
    private String prompt = "";

    @Option(names = "--run", required = true, paramLabel = "DIR", description = "The run folder with the dictionaries; pictures are drawn as it was recorded.")
    private Path run = Path.of("");

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "%nTurned features (each --feature may be repeated with its own options)%n")
    private List<FeatureChange> changes = new ArrayList<>();

    @Mixin
    private PictureOptions picture = new PictureOptions();

    @Option(names = "--out", paramLabel = "DIR", defaultValue = ".",
            description = "Gets before.png and after.png, or before-2.png and after-2.png where others have these names (default: the current folder).")
    private Path out = Path.of(".");

    @Option(names = "--json", description = "Print one JSON object.")
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
    public InterveneCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    private record Pair(ModelInfo model, ImageRequest request, BufferedImage before, BufferedImage after) {
    }

    @Override
    public Integer call() throws RefractException {
        if (changes.isEmpty()) {
            throw RefractException.usage("Nothing is turned: add --feature POINT#LATENT; refract explore lists features.");
        }
        List<Intervention> interventions = new ArrayList<>();
        for (FeatureChange change : changes) {
            interventions.add(change.intervention());
        }
        RunFolder folder = new RunFolder(run);
        model.orOf(folder);
        Lease<ModelBackend> backend = model.backend(extensions);
        Placement placement = model.placement();
        Set<String> notes = new LinkedHashSet<>();
        Pair pair = JobOnScreen.of(spec, jobs).run(placement, "Drawing", List.of(backend),
                monitor -> draw(backend, folder, interventions, new KeptNotes(monitor, notes)));
        write(pair, interventions, notes);
        return 0;
    }

    private Pair draw(Lease<ModelBackend> backend, RunFolder folder, List<Intervention> interventions,
            Monitor monitor) throws RefractException {
        monitor.stage("Opening the model", 0);
        try (BegunWith opened = BegunWith.open(model, folder, backend, adapters.adapters(), start, monitor);
                Dictionaries dictionaries = opened.dictionaries(folder, extensions)) {
            ImageRequest request = opened.request(picture, prompt, monitor);
            opened.model().idle(List.of(request)).forEach(monitor::note);
            IdleChanges.of(interventions, request).forEach(monitor::note);
            monitor.stage("Drawing as it is", request.steps());
            BufferedImage before = Explore.run(opened.model(), request, List.of(), List.of(), monitor).images().getFirst();
            monitor.stage("Drawing with changes", request.steps());
            BufferedImage after = Explore.run(opened.model(), request, dictionaries.list(), interventions, dictionaries.guard(monitor)).images().getFirst();
            return new Pair(opened.model().info(), request, opened.finished(request, before), opened.finished(request, after));
        }
    }

    private void write(Pair pair, List<Intervention> interventions, Set<String> notes) throws RefractException {
        OptionValues said = said();
        JsonObject record = PictureRecord.of(pair.request(), 0, pair.model(), said.without(Set.of("run")), List.of());
        String parameters = WebUiText.of(pair.request(), 0, pair.model(), LoraHash.of(adapters.adapters()), Optional.empty(), start.maskUse());
        List<String> turned = new ArrayList<>();
        for (FeatureChange change : changes) {
            turned.add(change.inShort());
        }
        OptionValues withChanges = said.with("feature", turned);
        JsonObject changed = PictureRecord.of(pair.request(), 0, pair.model(), withChanges, interventions);
        List<Path> written = new NumberedFiles().write(List.of(named(out.resolve("before.png"), pair.before(), PictureText.of(parameters, record.toString())),
                named(out.resolve("after.png"), pair.after(), PictureText.of(parameters, changed.toString()))));
        Path before = written.getFirst();
        Path after = written.getLast();
        if (json) {
            changed.addProperty("before", before.toString());
            changed.addProperty("after", after.toString());
            KeptNotes.add(notes, changed);
            spec.commandLine().getOut().println(changed);
        } else {
            spec.commandLine().getOut().printf("%s%n", before);
            spec.commandLine().getOut().printf("%s%n", after);
        }
    }

    private static NumberedFiles.Named named(Path file, BufferedImage image, PictureText text) throws RefractException {
        return new NumberedFiles.Named(file, PictureFile.bytes(file, image, text));
    }

    private OptionValues said() {
        return OptionValues.of(spec.commandLine().getParseResult(), DrawOptions.plainNames());
    }
}

package org.refract.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.refract.api.RefractException;
import org.refract.api.command.Command;
import org.refract.cli.TensorCommand;
import org.refract.api.model.Placement;
import org.refract.cli.Within;
import org.refract.cli.command.PicturePlan.Wanted;
import org.refract.engine.Locations;
import org.refract.engine.extension.Extensions;
import org.refract.engine.file.FolderLock;
import org.refract.engine.file.StillThere;
import org.refract.engine.job.JobQueue;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code refract generate}: pictures. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = {"refract.group=Pictures", "refract.command=generate"})
@CommandLine.Command(name = "generate", sortOptions = false, customSynopsis = {"@|bold refract generate|@ PROMPT... [OPTIONS]",
        "       @|bold refract generate|@ --from FILE [OPTIONS]", "       @|bold refract generate|@ --like PICTURE [PROMPT] [OPTIONS]"},
        description = "Draw pictures, with features turned if you like.",
        footer = {"", "Examples", "  refract generate \"red heart\" --seed 7", "  refract generate \"a cat\" \"a dog\" --out pictures --seed 1-4",
            "  refract generate --like heart.png --steps 8", "  refract generate --from prompts.csv --out pictures --resume",
            "  refract generate \"red heart\" --image photo.jpg --image-strength 0.6",
            "  refract generate \"red heart\" --run unpacked-emoji-sdxl \\", "      --feature 'unet.mid_block.attentions.0#7*3'",
            "", "Lines of a file: {\"prompt\": \"a cat\", \"steps\": 20} in .jsonl, columns in .csv,",
            "both with the long options as names; otherwise each line is a prompt."})
public final class GenerateCommand implements TensorCommand {

    private final Extensions extensions;
    private final JobQueue jobs;

    @Parameters(arity = "0..*", paramLabel = "PROMPT", description = "A picture each, or as many as --seed and --count say; \"\" is an empty prompt.")
    private List<String> prompts = new ArrayList<>();

    @Option(names = "--from", paramLabel = "FILE", description = "Prompts from a file, with options for each line if it is .jsonl or .csv.")
    private Optional<Path> from = Optional.empty();

    @Option(names = "--like", paramLabel = "PICTURE", description = "Draw as this picture was drawn, but for what else is said here. "
            + "Reads PNG, JPEG and WebP of Refract, the Stable Diffusion web UIs, ComfyUI and others. Without its prompt or seed nothing is drawn.")
    private Optional<Path> like = Optional.empty();

    @Option(names = "--named-files", paramLabel = "ask|open|leave", description = "Files that such a picture names, you do not, and nothing was drawn with here before "
            + "(a model, LoRAs, a photo): refuse the picture and list them (default), open them, or draw without them.")
    private Optional<String> namedFiles = Optional.empty();

    @Mixin
    private DrawOptions draw = new DrawOptions();

    @ArgGroup(validate = false, heading = "%nWhere pictures go%n")
    private OutputOptions out = new OutputOptions();

    @ArgGroup(validate = false, heading = "%nWhile they are drawn%n")
    private PreviewOptions previews = new PreviewOptions();

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1",
            description = "Pictures drawn together; changes no picture, takes more memory (default: ${DEFAULT-VALUE}).")
    @Within(least = 1, most = DrawOptions.MOST_TOGETHER)
    private int batch = 1;

    @Option(names = "--json", description = "Print one JSON object for the pictures.")
    private boolean json;

    @Option(names = "--json-lines", description = "Print one JSON object for each picture as soon as it is there.")
    private boolean jsonLines;

    @Spec
    private CommandSpec spec;

    @Activate
    public GenerateCommand(@Reference Extensions extensions, @Reference JobQueue jobs) {
        this.extensions = extensions;
        this.jobs = jobs;
    }

    @Override
    public Integer call() throws RefractException {
        Optional<PastPicture> past = like.isPresent() ? Optional.of(PastPicture.of(like.get()).checked(like.get())) : Optional.empty();
        Set<String> notes = new LinkedHashSet<>();
        KnownFiles known = new KnownFiles(new Locations().data());
        List<String> leftOut = new ArrayList<>();
        List<Wanted> wanted = wanted(past, known, leftOut::add);
        out.check(wanted.size());
        Placement placement = wanted.getFirst().options().model().placement();
        OptionValues said = draw.said(spec);
        JsonArray all = new JsonArray();
        OpenModels models = new OpenModels(extensions, placement, wanted);
        JobOnScreen.of(spec, jobs).saying("Stopped; the finished pictures are kept, and --resume leaves them out.")
                .run(placement, "Drawing", models.leases(), shown -> {
                    KeptNotes monitor = new KeptNotes(shown, notes);
                    out.idle().forEach(monitor::note);
                    leftOut.forEach(monitor::note);
                    past.ifPresent(picture -> tell(picture, said, monitor::note));
                    Optional<FolderLock> lock = from.isPresent() || out.resume() ? out.lock() : Optional.empty();
                    try (models; FolderLock held = lock.orElse(null)) {
                        new PictureRun(models, out, previews, past, record -> show(record, all, monitor)).draw(wanted, batch, monitor);
                    }
                    StillThere.check(all.asList().stream().map(picture -> Path.of(picture.getAsJsonObject().get("file").getAsString())).toList());
                    return all;
                });
        known.add(wanted.stream().map(Wanted::said).distinct().toList());
        if (json) {
            JsonObject result = new JsonObject();
            result.add("pictures", all);
            KeptNotes.add(notes, result);
            spec.commandLine().getOut().println(result);
        }
        return 0;
    }

    private List<Wanted> wanted(Optional<PastPicture> past, KnownFiles known, Consumer<String> note) throws RefractException {
        if (from.isPresent() && !prompts.isEmpty()) {
            throw RefractException.usage("Prompts come either from the command line or from %s; leave one of them out.", from.get());
        }
        OptionValues said = draw.said(spec);
        NamedFiles named = namedFiles.isEmpty() ? NamedFiles.ASK : Words.of(NamedFiles.class, "--named-files", namedFiles.get());
        if (like.isEmpty() && named != NamedFiles.ASK) {
            throw RefractException.usage("--named-files is of a picture: add --like PICTURE.");
        }
        OptionValues before = usable(past.isEmpty() ? OptionValues.NONE : named.of(like.get(), past.get().values(), said, known, note), said);
        boolean wholePhoto = said.has("image") && !said.over(before).has("mask-padding");
        if (said.has("aspect") || wholePhoto && !said.has("size")) {
            before = before.without(Set.of("size"));
        }
        OptionValues command = said.over(before);
        List<PromptFile.Line> lines = new ArrayList<>();
        if (from.isPresent()) {
            lines.addAll(PromptFile.read(from.get()));
        }
        for (String prompt : prompts) {
            lines.add(new PromptFile.Line(new OptionValues(Map.of(PastPicture.PROMPT, List.of(prompt))), ""));
        }
        if (lines.isEmpty() && past.isPresent()) {
            lines.add(new PromptFile.Line(OptionValues.NONE, ""));
        }
        if (lines.isEmpty()) {
            throw RefractException.usage("There is nothing to draw: give a prompt, --from FILE or --like PICTURE.");
        }
        for (PromptFile.Line line : past.isPresent() ? lines : List.<PromptFile.Line>of()) {
            past.get().essential(like.get(), line.values().over(said));
        }
        return PicturePlan.of(command, lines);
    }

    /** The web UIs tell how a picture and a mask were used but not which; that has a meaning only where the files are named again. */
    private static OptionValues usable(OptionValues before, OptionValues said) {
        OptionValues both = said.over(before);
        OptionValues rest = both.has("image") ? before : before.without(Set.of("image-strength"));
        return both.has("mask") || both.has("outpaint") ? rest : rest.without(Set.of("mask-blur", "mask-padding"));
    }

    private static void tell(PastPicture picture, OptionValues said, Consumer<String> note) {
        picture.notes().forEach(note);
        List<String> lost = picture.lostWithout(said);
        if (!lost.isEmpty()) {
            note.accept("Not restored: " + String.join("; ", lost) + ".");
        }
    }

    private void show(JsonObject record, JsonArray all, KeptNotes notes) {
        PrintWriter printed = spec.commandLine().getOut();
        if (json) {
            all.add(record);
        } else if (jsonLines) {
            notes.addTo(record);
            printed.println(record);
        } else {
            if (record.has("base_file")) {
                printed.printf("%s%n", record.get("base_file").getAsString());
            }
            printed.printf("%s%n", record.get("file").getAsString());
        }
        printed.flush();
    }
}

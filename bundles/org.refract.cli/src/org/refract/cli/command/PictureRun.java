package org.refract.cli.command;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention;
import org.refract.api.job.Monitor;
import org.refract.api.model.Adapters.Lora;
import org.refract.api.model.Hook;
import org.refract.api.model.ImageBatch;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.cli.command.PicturePlan.Wanted;
import org.refract.cli.command.RefinerOptions.Second;
import org.refract.cli.command.StartOptions.Start;
import org.refract.engine.draw.NumberedFiles;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.engine.draw.TwoStages;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.intervene.Interventions;
import org.refract.engine.tensor.Pictures;
import org.refract.engine.tensor.Scope;

/** Draws pictures one batch after the other and writes each as soon as it is there, so that what ends the work loses nothing. */
final class PictureRun {
    private static final String BASE = "-base";
    private static final Set<String> OF_REFINER = Set.of("refiner", "handoff", "refine-strength");

    private final OpenModels models;
    private final OutputOptions out;
    private final PreviewOptions previews;
    private final Optional<PastPicture> like;
    private final Consumer<JsonObject> written;
    private final Map<Path, String> loraHashes = new LinkedHashMap<>();
    private final NumberedFiles files = new NumberedFiles();
    private int index;

    /**
     * @param like    the picture whose request this is, empty for none
     * @param written hears the record of each picture that is there now, with its file
     */
    PictureRun(OpenModels models, OutputOptions out, PreviewOptions previews, Optional<PastPicture> like, Consumer<JsonObject> written) {
        this.models = models;
        this.out = out;
        this.previews = previews;
        this.like = like;
        this.written = written;
    }

    /** A picture with the file it goes to. */
    private record Placed(Wanted wanted, Path file) {
    }

    /** Pictures, and what they were before they were refined. */
    private record Drawn(List<BufferedImage> pictures, List<BufferedImage> before) {

        /** With what a mask keeps. */
        Drawn on(Canvas canvas) {
            return new Drawn(pictures.stream().map(canvas::finished).toList(), before.stream().map(canvas::finished).toList());
        }
    }

    /**
     * Draws them in order. Call on the device's thread.
     *
     * @param together most pictures that are drawn at once
     */
    void draw(List<Wanted> wanted, int together, Monitor monitor) throws RefractException {
        boolean announced = false;
        for (int from = 0; from < wanted.size(); ) {
            int to = from + 1;
            while (to < wanted.size() && to - from < together && wanted.get(to).said().equals(wanted.get(from).said())) {
                to++;
            }
            DrawOptions options = wanted.get(from).options();
            if (models.differs(options)) {
                models.open(options, monitor);
                compare(monitor);
                if (options.run().isPresent() && options.interventions().isEmpty()) {
                    monitor.note("--run changes no picture without --feature: only its model is taken, where no other is named.");
                }
                announced = false;
            }
            Optional<Start> start = options.start().start();
            List<Placed> left = left(wanted.subList(from, to), start, monitor);
            if (!left.isEmpty()) {
                if (!announced) {
                    announce(wanted.subList(from, wanted.size()), monitor);
                    models.drawn(options).tell(request(List.of(wanted.get(from))), monitor);
                    announced = true;
                }
                draw(left, start, monitor);
            }
            from = to;
        }
    }

    private void announce(List<Wanted> wanted, Monitor monitor) throws RefractException {
        long steps = 0;
        List<ImageRequest> requests = new ArrayList<>();
        for (Wanted picture : wanted) {
            ImageRequest request = request(List.of(picture));
            if (!models.differs(picture.options())) {
                requests.add(request);
            }
            int asked = request.steps();
            steps += picture.options().start().strength().map(strength -> Math.max(1, (long) (asked * strength))).orElse((long) asked);
            steps += picture.options().refiner().second().map(second -> second.more(asked)).orElse(0L);
        }
        models.base().idle(requests).forEach(monitor::note);
        monitor.stage(wanted.size() == 1 ? "Drawing" : "Drawing " + wanted.size() + " pictures", steps);
    }

    private void compare(Monitor monitor) {
        ModelInfo model = models.base().info();
        like.flatMap(PastPicture::fingerprint).filter(f -> !f.equals(model.fingerprint())).ifPresent(other -> monitor.note(
                "It was drawn with another model, %s; %s draws another picture.".formatted(like.flatMap(PastPicture::model).orElse(other), model.name())));
    }

    private ImageRequest request(List<Wanted> wanted) throws RefractException {
        return wanted.getFirst().options().picture().request(models.drawn(wanted.getFirst().options()).usual(), wanted.stream().map(Wanted::prompt).toList(),
                wanted.stream().map(Wanted::seed).toList());
    }

    /** Names the files; those that are there already and wanted so again are left out. */
    private List<Placed> left(List<Wanted> batch, Optional<Start> start, Monitor monitor) throws RefractException {
        ImageRequest request = shaped(request(batch), start, batch.getFirst());
        List<Placed> left = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            index++;
            Placed placed = new Placed(batch.get(i), out.file(request, i, models.base().info().name(), index));
            String record = record(request, i, batch.get(i), batch.get(i).said()).toString();
            if (out.resume() && files.find(placed.file(), record).isPresent()) {
                continue;
            }
            if (out.isNamed()) {
                checkPlace(placed, record, monitor);
            }
            left.add(placed);
        }
        return left;
    }

    /** A name that was asked for may belong to another picture of Refract, which is told. */
    private void checkPlace(Placed placed, String record, Monitor monitor) throws RefractException {
        if (placed.wanted().options().refiner().second().isPresent()) {
            OutputOptions.checkOwn(OutputOptions.beside(placed.file(), BASE));
        }
        OutputOptions.checkOwn(placed.file());
        if (PictureFile.record(placed.file()).filter(older -> !older.equals(record)).isPresent()) {
            monitor.note("%s held a picture of Refract that was drawn in another way; it is replaced.".formatted(placed.file()));
        }
    }

    private static ImageRequest shaped(ImageRequest request, Optional<Start> start, Wanted picture) {
        return start.isPresent() && !picture.options().picture().saysShape() ? start.get().shaped(request) : request;
    }

    private void draw(List<Placed> batch, Optional<Start> start, Monitor monitor) throws RefractException {
        Wanted first = batch.getFirst().wanted();
        List<Intervention> changes = first.options().interventions();
        Optional<Second> second = first.options().refiner().second();
        ImageRequest plain = shaped(request(batch.stream().map(Placed::wanted).toList()), start, first);
        Optional<PreviewFiles> shown = previews.every().map(n -> new PreviewFiles(monitor, n, batch.getFirst().file(), previews.folder()));
        previews.idle(plain.steps()).ifPresent(monitor::note);
        Monitor hears = models.guard(new BatchMonitor(shown.isPresent() ? shown.get() : monitor, batch.size()));
        try (Scope scope = Scope.open(models.base().placement())) {
            Optional<Canvas> canvas = start.map(s -> Canvas.of(s, plain.width(), plain.height()));
            ImageRequest request = canvas.map(c -> c.on(plain, scope.manager())).orElse(plain);
            IdleChanges.of(changes, request).forEach(monitor::note);
            List<Hook> hooks = Interventions.hooks(changes, models.dictionaries());
            Drawn raw = second.isEmpty() ? one(request, hooks, hears, scope) : two(second.get(), request, hooks, hears, scope);
            Drawn drawn = canvas.map(raw::on).orElse(raw);
            for (int i = 0; i < batch.size(); i++) {
                write(batch.get(i), request, i, drawn);
            }
        } finally {
            if (shown.isPresent()) {
                shown.get().done();
            }
        }
    }

    private Drawn one(ImageRequest request, List<Hook> hooks, Monitor monitor, Scope scope) throws RefractException {
        try (ImageBatch batch = models.base().generate(request, hooks, monitor, scope.manager())) {
            return new Drawn(pictures(batch), List.of());
        }
    }

    private Drawn two(Second second, ImageRequest request, List<Hook> hooks, Monitor monitor, Scope scope) throws RefractException {
        TwoStages stages = new TwoStages(models.base(), models.refiner().orElseThrow(), second.how());
        try (TwoStages.Drawn both = stages.draw(request, hooks, UnaryOperator.identity(), List.of(), monitor, scope.manager())) {
            return new Drawn(pictures(both.refined()), pictures(both.base()));
        }
    }

    private static List<BufferedImage> pictures(ImageBatch batch) {
        return Pictures.of(batch.images().orElseThrow());
    }

    private void write(Placed placed, ImageRequest request, int i, Drawn drawn) throws RefractException {
        OptionValues said = placed.wanted().said();
        Optional<Second> second = placed.wanted().options().refiner().second();
        JsonObject record = record(request, i, placed.wanted(), said);
        List<NumberedFiles.Named> made = new ArrayList<>();
        made.add(named(placed.file(), drawn.pictures().get(i), text(request, i, placed.wanted(), second, record)));
        if (!drawn.before().isEmpty()) {
            JsonObject ofBase = record(request, i, placed.wanted(), said.without(OF_REFINER));
            Path before = OutputOptions.beside(placed.file(), BASE);
            made.addFirst(named(before, drawn.before().get(i), text(request, i, placed.wanted(), Optional.empty(), ofBase)));
        }
        List<Path> places = write(made);
        record.addProperty("file", places.getLast().toString());
        if (places.size() > 1) {
            record.addProperty("base_file", places.getFirst().toString());
        }
        written.accept(record);
    }

    private List<Path> write(List<NumberedFiles.Named> made) throws RefractException {
        if (!out.isNamed()) {
            return files.write(made);
        }
        for (NumberedFiles.Named one : made) {
            AtomicFile.write(one.file(), one.bytes());
        }
        return made.stream().map(NumberedFiles.Named::file).toList();
    }

    private NumberedFiles.Named named(Path file, BufferedImage image, PictureText text) throws RefractException {
        return new NumberedFiles.Named(file, PictureFile.bytes(file, image, text, out.quality()));
    }

    private JsonObject record(ImageRequest request, int i, Wanted wanted, OptionValues said) throws RefractException {
        return PictureRecord.of(request, i, models.base().info(), said, wanted.options().interventions());
    }

    private PictureText text(ImageRequest request, int i, Wanted wanted, Optional<Second> second, JsonObject record) throws RefractException {
        if (out.silent()) {
            return PictureText.NONE;
        }
        Map<Lora, String> loras = new LinkedHashMap<>();
        for (Lora lora : wanted.options().adapters().adapters().loras()) {
            if (!loraHashes.containsKey(lora.file())) {
                loraHashes.put(lora.file(), LoraHash.of(lora.file()));
            }
            loras.put(lora, loraHashes.get(lora.file()));
        }
        return PictureText.of(WebUiText.of(request, i, models.base().info(), loras, second, wanted.options().start().maskUse()), record.toString());
    }
}

package org.refract.engine.unpack;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.analysis.Analysis;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Site;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.extension.Origin;
import org.refract.engine.job.RunRecord;
import org.refract.engine.train.TrainingVariants;

/** What the phases of one run share: options, folder, record, and the model and dictionaries, opened when first asked for. */
final class UnpackSession implements AutoCloseable {
    /** Pixels that are drawn together: 64 pictures of the demo model's size, one of SDXL Turbo's, on the processor. */
    private static final int PIXELS_CPU = 512 * 512;
    private static final int PIXELS_GPU = 16 * PIXELS_CPU;
    private static final int LARGEST_BATCH = 64;
    /** Pictures without which a dictionary makes no sense. */
    private static final int FEWEST_RECORDINGS = 64;

    private static final String POINTS = "points";

    private final UnpackOptions options;
    private final RunFolder folder;
    private final RunRecord record;
    private final Extensions extensions;
    private final ImageModel model;
    private final List<String> incomplete = new ArrayList<>();
    private Optional<Dictionaries> dictionaries = Optional.empty();

    private UnpackSession(UnpackOptions options, RunFolder folder, RunRecord record, Extensions extensions, ImageModel model) {
        this.options = options;
        this.folder = folder;
        this.record = record;
        this.extensions = extensions;
        this.model = model;
    }

    static UnpackSession open(UnpackOptions options, RunFolder folder, RunRecord record, Extensions extensions, Lease<ModelBackend> backend,
            Monitor monitor) throws RefractException {
        Model model = backend.get().open(options.model(), options.placement(), monitor);
        if (model instanceof ImageModel imageModel) {
            UnpackSession session = new UnpackSession(options, folder, record, extensions, imageModel);
            session.used(backend.get());
            return session;
        }
        model.close();
        throw RefractException.usage("%s draws no pictures; refract unpack takes text-to-image models.", options.model());
    }

    UnpackOptions options() {
        return options;
    }

    Preset preset() {
        return options.preset();
    }

    RunFolder folder() {
        return folder;
    }

    RunRecord record() {
        return record;
    }

    Extensions extensions() {
        return extensions;
    }

    ImageModel model() {
        return model;
    }

    /** Names an extension that this run used in its record: version and hash; Refract's own parts are known by Refract's version. */
    void used(Object extension) throws RefractException {
        Optional<Origin> maker = Origin.of(extension);
        if (maker.isPresent()) {
            record.fact("extension." + maker.get().bundle(), String.join(" ", new TreeMap<>(maker.get().facts()).tailMap("extension_").values()));
        }
    }

    /** Something that belongs to this run could not be made, and is tried again when the run is asked for again. */
    void incomplete(String sentence) {
        incomplete.add(sentence);
    }

    /** What could not be made. */
    List<String> incomplete() {
        return List.copyOf(incomplete);
    }

    /** Keeps the hook points of this run in its record. */
    void choose(List<HookPoint> points) throws RefractException {
        for (HookPoint point : points) {
            model.require(point);
        }
        record.fact(POINTS, points.stream().map(HookPoint::toString).collect(Collectors.joining(" ")));
    }

    /** The hook points of this run; they are there once they were chosen. */
    List<HookPoint> points() throws RefractException {
        String chosen = record.fact(POINTS)
                .orElseThrow(() -> RefractException.usage("%s is damaged: it does not say which hook points were chosen; delete the folder.", folder.record()));
        List<HookPoint> points = new ArrayList<>();
        for (String point : chosen.split(" ")) {
            points.add(HookPoint.parse(point));
        }
        return points;
    }

    /** The dictionaries with their features; they are there once the atlases are. */
    Dictionaries dictionaries() throws RefractException {
        if (dictionaries.isEmpty()) {
            dictionaries = Optional.of(Dictionaries.open(folder, model, extensions));
        }
        return dictionaries.get();
    }

    /** How pictures are drawn: one step without guidance, as <em>Unpacking SDXL Turbo</em> records; as the model wants it with guidance. */
    ImageRequest request() {
        ImageRequest defaults = model.defaults();
        return defaults.guidance() > 1 ? defaults : defaults.withSteps(1);
    }

    /** Pictures that are recorded. */
    int recordings() {
        ImageRequest request = request();
        int passes = request.steps() * (request.guidance() > 1 ? 2 : 1);
        return Math.max(FEWEST_RECORDINGS, preset().passes() / passes);
    }

    /** Pictures that are drawn together. */
    int batch() {
        ImageRequest request = request();
        int pixels = options.placement().device().equals("cpu") ? PIXELS_CPU : PIXELS_GPU;
        return Math.clamp(pixels / (request.height() * request.width()), 1, LARGEST_BATCH);
    }

    /** How many runs of the model, each of so many pictures, are made side by side. */
    int lanes(int pictures) {
        return model.lanes(request().withPrompts(Collections.nCopies(pictures, ""), Collections.nCopies(pictures, 0L)));
    }

    /** Who names the features. */
    Optional<Lease<Labeler>> labeler() throws RefractException {
        return RunAtlas.labeler(extensions, options.labeler());
    }

    /** The variant's settings: its defaults, the preset's, the person's. */
    Settings settings(SaeVariant variant) throws RefractException {
        return settings(options, variant, extensions);
    }

    /** An analysis's settings: its defaults and the person's. */
    Settings settings(Analysis analysis) throws RefractException {
        return Settings.of(analysis.hyperparameters(), given(options, analysis.id()));
    }

    /**
     * Finds out what is wrong with the settings and the labeler before any work begins.
     *
     * @throws RefractException for the first that is unknown or out of range
     */
    static void check(UnpackOptions options, Extensions extensions) throws RefractException {
        RunAtlas.labeler(extensions, options.labeler());
        settings(options, TrainingVariants.lease(extensions, new RunFolder(options.run()).saes(), options.variant()).get(), extensions);
        for (Lease<Analysis> analysis : extensions.leases(Analysis.class)) {
            Map<String, String> given = given(options, analysis.id());
            if (!given.isEmpty()) {
                Settings.of(analysis.get().hyperparameters(), given);
            }
        }
    }

    private static Settings settings(UnpackOptions options, SaeVariant variant, Extensions extensions) throws RefractException {
        List<String> known = variant.hyperparameters().stream().map(Hyperparameter::name).toList();
        Map<String, String> given = new TreeMap<>(options.preset().settings());
        given.keySet().retainAll(known);
        given.putAll(options.settings());
        given.keySet().removeIf(name -> extensions.ids(Analysis.class).stream().anyMatch(id -> name.startsWith(id + ".")));
        return Settings.of(variant.hyperparameters(), given);
    }

    private static Map<String, String> given(UnpackOptions options, String analysis) {
        Map<String, String> given = new TreeMap<>();
        options.settings().forEach((name, value) -> {
            if (name.startsWith(analysis + ".")) {
                given.put(name.substring(analysis.length() + 1), value);
            }
        });
        return given;
    }

    /** What must be the same when a run is continued. */
    static Map<String, String> identity(UnpackOptions options, String fingerprint) {
        Map<String, String> identity = new TreeMap<>();
        identity.put("model", fingerprint);
        identity.put("preset", options.preset().name() + ": " + options.preset().sizes());
        identity.put("device", options.placement().toString());
        identity.put("file of prompts", options.prompts().map(p -> p.toAbsolutePath().normalize().toString()).orElse(""));
        identity.put("choice of hook points", options.points().stream().map(HookPoint::toString).collect(Collectors.joining(" ")));
        identity.put("variant", options.variant());
        identity.put("settings", new TreeMap<>(options.settings()).toString());
        identity.put("seed", Long.toString(options.seed()));
        options.labeler().ifPresent(id -> identity.put("labeler", id));
        return identity;
    }

    /** The command that repeats a run. */
    static List<String> arguments(UnpackOptions options) {
        List<String> typed = new ArrayList<>(List.of("--model", options.model().toString(), "--out", options.run().toString()));
        if (options.preset().name().equals(Preset.QUICK.name())) {
            typed.add("--quick");
        }
        typed.addAll(List.of("--device", options.placement().toString(), "--variant", options.variant(), "--seed", Long.toString(options.seed())));
        options.prompts().ifPresent(file -> typed.addAll(List.of("--prompts", file.toString())));
        options.points().forEach(point -> typed.addAll(List.of("--point", point.site() == Site.UPDATE ? point.path() : point.toString())));
        new TreeMap<>(options.settings()).forEach((name, value) -> typed.addAll(List.of("--set", name + "=" + value)));
        options.labeler().ifPresent(id -> typed.addAll(List.of("--labeler", id)));
        return typed;
    }

    @Override
    public void close() {
        dictionaries.ifPresent(Dictionaries::close);
        model.close();
    }
}

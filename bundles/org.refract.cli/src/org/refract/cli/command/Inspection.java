package org.refract.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.HookPointInfo;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeVariant;
import org.refract.engine.train.TrainingLogs;
import org.refract.pictures.Photo;
import org.refract.pictures.PictureFile;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.file.TensorInfo;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.job.RunRecord;
import org.refract.engine.sae.HowRead;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.store.StoreManifest;
import org.refract.engine.tensor.Scope;
import org.refract.engine.unpack.CheckpointFormats;
import org.refract.engine.unpack.RunFolder;

/**
 * Finds out what a file or folder is and what there is to say of it.
 *
 * @param extensions the backends and formats that are asked
 * @param tensors    whether tensors are listed one by one
 * @param hookPoints whether a model is opened to list its hook points
 * @param verify     whether the bytes of an activation store are read
 * @param from       the format that a dictionary is read as, or empty to find out what it is
 */
record Inspection(Extensions extensions, boolean tensors, boolean hookPoints, boolean verify, Optional<String> from) {
    private static final String WHAT = "what";

    /** Whether looking at it reads tensors; what is no run, store, training, atlas or picture may be a dictionary or a model. */
    boolean computes(Path location) {
        return from.isPresent() || !(isRun(location) || isStore(location) || isTraining(location) || isAtlas(location) || isPicture(location));
    }

    private static boolean isRun(Path location) {
        return Files.isRegularFile(location.resolve(RunRecord.FILE));
    }

    private static boolean isStore(Path location) {
        return Files.isRegularFile(location.resolve("manifest.json"));
    }

    private static boolean isTraining(Path location) {
        return Files.isRegularFile(location.resolve("training.json")) && TrainingLogs.in(location);
    }

    private static boolean isAtlas(Path location) {
        return location.toString().endsWith(".duckdb");
    }

    private static boolean isPicture(Path location) {
        return Files.isRegularFile(location) && PictureFile.isPicture(location);
    }

    /**
     * Facts by name; a value is a text, a number, a list of lines, or facts again.
     *
     * @throws RefractException if it is nothing that is known here, or damaged
     */
    Map<String, Object> of(Path location, Monitor monitor) throws RefractException {
        if (from.isPresent()) {
            return sae(location, CheckpointFormats.of(extensions, location, from).get());
        }
        if (isRun(location)) {
            return run(location);
        }
        if (isStore(location)) {
            return store(location, monitor);
        }
        if (isTraining(location)) {
            return training(location);
        }
        if (isAtlas(location)) {
            return atlas(location);
        }
        if (isPicture(location)) {
            return picture(location);
        }
        Optional<Lease<CheckpointFormat>> format = CheckpointFormats.find(extensions, location);
        if (format.isPresent()) {
            return sae(location, format.get().get());
        }
        for (Lease<ModelBackend> describer : extensions.knowing(ModelBackend.class, b -> b.describe(location).isPresent())) {
            Map<String, Object> facts = new LinkedHashMap<>(describer.get().describe(location).orElseThrow());
            if (tensors && location.toString().endsWith(".safetensors")) {
                facts.put("list", file(location).get("list"));
            }
            return facts;
        }
        Optional<Lease<ModelBackend>> backend = extensions.knowing(ModelBackend.class, b -> b.recognises(location)).stream().findFirst();
        if (backend.isPresent()) {
            return model(location, backend.get().get(), monitor);
        }
        if (location.toString().endsWith(".safetensors") || location.toString().endsWith(".safetensors.index.json")) {
            return file(location);
        }
        throw RefractException.usage("%s is nothing that is known here: not a run, an activation store, a training, an atlas, a picture, a "
                + "dictionary (%s), a model (%s) or a safetensors file; %s.", location, ids(CheckpointFormat.class), ids(ModelBackend.class),
                CheckpointFormats.holds(location));
    }

    private String ids(Class<?> type) {
        return String.join(", ", extensions.ids(type));
    }

    private static Map<String, Object> run(Path folder) throws RefractException {
        RunRecord record = RunRecord.read(folder);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(WHAT, "a run of refract " + record.command());
        facts.put("state", record.isInterrupted() ? "interrupted; the same command goes on from there"
                : record.state().name().toLowerCase(Locale.ROOT));
        record.sentence().ifPresent(sentence -> facts.put("because", sentence));
        record.started().ifPresent(started -> facts.put("started", started.toString()));
        facts.put("command", "refract " + record.command() + " " + String.join(" ", record.arguments()));
        RunFolder run = new RunFolder(folder);
        List<HookPoint> points = run.atlases();
        if (!points.isEmpty()) {
            facts.put("atlases", points.stream().map(HookPoint::path).toList());
        }
        Path report = run.report().resolve("index.html");
        if (Files.exists(report)) {
            facts.put("report", report.toString());
        }
        return facts;
    }

    private Map<String, Object> store(Path folder, Monitor monitor) throws RefractException {
        try (ActivationStore store = ActivationStore.open(folder)) {
            if (verify) {
                store.verify(monitor);
            }
            StoreManifest manifest = store.manifest();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put(WHAT, "an activation store" + (verify ? ", every checksum right" : ""));
            facts.put("hook point", manifest.point().toString());
            facts.put("model", manifest.model() + " " + manifest.modelFingerprint());
            facts.put("recordings", store.recordings().length + " of " + manifest.recordings());
            facts.put("one recording", "%d steps × %d × %d positions × %d channels, %s".formatted(manifest.steps(), manifest.rows(),
                    manifest.columns(), manifest.width(), manifest.type()));
            facts.put("vectors", store.vectors());
            facts.put("made with", manifest.facts());
            return facts;
        }
    }

    private static Map<String, Object> training(Path folder) throws RefractException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(WHAT, "a training of sparse autoencoders, " + (TrainingLogs.done(folder) ? "finished" : "running or interrupted"));
        Map<String, Object> dictionaries = new LinkedHashMap<>();
        TrainingLogs.read(folder).entries().forEach((name, lines) -> dictionaries.put(name, lines.isEmpty() ? "nothing is logged yet"
                : "step %d%s".formatted(lines.getLast().step(), Stream.of("explained_variance", "l0", "dead").filter(lines.getLast().metrics()::containsKey)
                        .map(metric -> String.format(Locale.ROOT, ", %s %.4g", metric, lines.getLast().metrics().get(metric)))
                        .collect(Collectors.joining()))));
        facts.put("dictionaries", dictionaries);
        return facts;
    }

    private static Map<String, Object> atlas(Path file) throws RefractException {
        try (FeatureIndex index = FeatureIndex.open(file)) {
            AtlasFacts atlas = index.facts();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put(WHAT, "an atlas of features");
            facts.put("hook point", atlas.point().toString());
            facts.put("model", atlas.model() + " " + atlas.modelFingerprint());
            facts.put("architecture", atlas.variant());
            facts.put("features", atlas.latents() + ", " + index.allFeatures().stream().filter(f -> f.alive()).count() + " of them alive, "
                    + index.allFeatures().stream().filter(f -> f.label().isPresent()).count() + " named");
            facts.put("seen", "%d recordings, %d positions".formatted(atlas.recordings(), atlas.positions()));
            index.digest().ifPresent(digest -> facts.put("rows", "sha256 " + digest));
            facts.put("further", new TreeMap<>(atlas.further()));
            return facts;
        }
    }

    private static Map<String, Object> picture(Path file) throws RefractException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(WHAT, "a picture");
        Optional<String> size = Photo.size(file).map(s -> s[0] + " x " + s[1] + " pixels");
        size.ifPresent(s -> facts.put("size", s));
        Optional<PastPicture> found = PastPicture.find(file);
        if (found.isEmpty()) {
            facts.put("drawn with", "it does not say");
            return facts;
        }
        PastPicture past = found.get();
        past.model().ifPresent(model -> facts.put("model", model));
        past.fingerprint().ifPresent(fingerprint -> facts.put("fingerprint", fingerprint));
        Map<String, Object> values = new LinkedHashMap<>();
        past.values().values().forEach((name, said) -> values.put(name, said.size() == 1 ? said.getFirst() : said));
        facts.put("drawn with", values);
        if (!past.lost().isEmpty()) {
            facts.put("also", past.lost());
        }
        past.unknown().forEach((name, why) -> facts.put("its " + name, "not known: " + why));
        facts.put("again", "refract generate --like " + file);
        return facts;
    }

    private Map<String, Object> sae(Path location, CheckpointFormat format) throws RefractException {
        try (Scope scope = Scope.open(Placement.CPU)) {
            CheckpointFormat.Checkpoint checkpoint = format.read(location, scope.manager());
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put(WHAT, "a sparse autoencoder, format " + format.id());
            facts.put("architecture", checkpoint.config().variant());
            facts.put("size", size(checkpoint.config()));
            facts.put("read as", HowRead.lines(checkpoint));
            facts.put("settings", checkpoint.config().settings().asMap());
            checkpoint.provenance().ifPresent(origin -> {
                facts.put("hook point", origin.point().toString());
                facts.put("model", origin.model() + " " + origin.modelFingerprint());
                facts.put("further", origin.facts());
                extensions.missing(SaeVariant.class, checkpoint.config().variant(), origin.facts())
                        .ifPresent(maker -> facts.put("made by", maker + ", which is not here"));
            });
            if (tensors) {
                facts.put("tensors", checkpoint.tensors().entrySet().stream()
                        .map(t -> t.getKey() + "  " + t.getValue().getShape() + " " + t.getValue().getDataType()).toList());
            }
            return facts;
        }
    }

    private static String size(SaeConfig config) {
        String to = config.outputWidth() == config.width() ? "" : " to " + config.outputWidth();
        return "%d%s channels, %d latents".formatted(config.width(), to, config.latents());
    }

    private Map<String, Object> model(Path location, ModelBackend backend, Monitor monitor) throws RefractException {
        ModelInfo info = backend.inspect(location);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put(WHAT, "a model of the family " + info.family());
        facts.put("name", info.name());
        facts.put("parameters", String.format(Locale.ROOT, "%,d", info.parameters()));
        facts.put("fingerprint", info.fingerprint());
        facts.put("parts", info.details());
        if (hookPoints) {
            try (Model model = backend.open(location, Placement.CPU, monitor)) {
                List<String> chosen = model.defaultHookPoints().stream().map(HookPoint::path).toList();
                facts.put("hook points (* = chosen where none is named)", model.hookPoints().stream().map(p -> line(p, chosen)).toList());
            }
        }
        return facts;
    }

    private static String line(HookPointInfo point, List<String> chosen) {
        return "%s %s  %s, width %d, %s%s%s".formatted(chosen.contains(point.path()) ? "*" : " ", point.path(), point.kind(), point.width(),
                point.layout().name().toLowerCase(Locale.ROOT), point.update() ? "" : ", no update", point.role().isEmpty() ? "" : ", " + point.role());
    }

    private Map<String, Object> file(Path location) throws RefractException {
        try (SafeTensors opened = SafeTensors.open(location)) {
            List<TensorInfo> all = new ArrayList<>(opened.tensors().values());
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put(WHAT, "a safetensors file");
            facts.put("tensors", all.size());
            facts.put("numbers", String.format(Locale.ROOT, "%,d", all.stream().mapToLong(t -> t.shape().size()).sum()));
            if (opened.bytesBehind() > 0) {
                facts.put("bytes behind the tensors", opened.bytesBehind());
            }
            facts.put("dtypes", all.stream().collect(Collectors.groupingBy(TensorInfo::dtype, TreeMap::new, Collectors.counting())).toString());
            if (!opened.metadata().isEmpty()) {
                facts.put("metadata", opened.metadata());
            }
            if (tensors) {
                facts.put("list", all.stream().map(t -> t.name() + "  " + t.dtype() + " " + Arrays.toString(t.shape().getShape())).toList());
            }
            return facts;
        }
    }
}

package org.refract.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageModel;
import org.refract.api.model.LanguageModel;
import org.refract.api.model.Model;
import org.refract.api.model.ModelBackend;
import org.refract.api.model.Placement;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.Provenance;
import org.refract.api.sae.Sae;
import org.refract.engine.extension.Extensions;
import org.refract.engine.extension.Lease;
import org.refract.engine.file.FileFailure;
import org.refract.engine.metrics.LanguageRecovery;
import org.refract.engine.metrics.PictureRecovery;
import org.refract.engine.metrics.SaeEvaluation;
import org.refract.engine.metrics.SeedStability;
import org.refract.engine.source.StoreSource;
import org.refract.engine.store.ActivationStore;
import org.refract.engine.train.Provenances;
import org.refract.engine.unpack.Dictionaries;
import org.refract.engine.unpack.Prompts;

/**
 * Measures dictionaries of one hook point.
 *
 * @param extensions where formats and variants are
 * @param saes their checkpoints, or folders of trainings, of which those of the hook point are measured
 * @param from the format that they are read as, or empty to find it out
 * @param stores what they are measured on; several stand side by side, for crosscoders
 * @param target what a transcoder should write
 * @param seeds others, to be compared with each of them
 * @param options of the measuring
 * @param downstream the model, if what it makes of reconstructions is measured too
 */
record Evaluation(Extensions extensions, List<Path> saes, Optional<String> from, List<Path> stores, Optional<Path> target, List<Path> seeds, Options options,
        Optional<Downstream> downstream) {

    private static final String OWN = "refract";

    /** The state of a training, which lies beside its dictionaries. */
    private static final String TRAINING = "training.json";

    /** Pictures drawn together. */
    private static final int TOGETHER = 8;

    /** Tokens of a text that are read. */
    private static final int TOKENS = 128;

    /**
     * How it is measured.
     *
     * @param samples vectors at most
     * @param batch vectors at a time
     * @param seed of their order
     * @param placement the device
     */
    record Options(long samples, int batch, long seed, Placement placement) {
    }

    /**
     * A model to run.
     *
     * @param backend opens it
     * @param location its folder
     * @param prompts what it draws or reads
     * @param count how many of these
     */
    record Downstream(ModelBackend backend, Path location, Optional<Path> prompts, int count) {
    }

    /** The dictionaries among some paths: the folder of a training stands for those in it, and what else lies in one is none. */
    static List<Path> expanded(Extensions extensions, List<Path> paths) throws RefractException {
        List<Path> found = new ArrayList<>();
        for (Path path : paths) {
            if (isTraining(path)) {
                try (var inside = Files.list(path)) {
                    inside.sorted().filter(p -> isDictionary(extensions, p)).forEach(found::add);
                } catch (IOException e) {
                    throw FileFailure.reading(path, e);
                }
            } else if (!isTraining(path.toAbsolutePath().getParent()) || isDictionary(extensions, path)) {
                found.add(path);
            }
        }
        return found;
    }

    private static boolean isTraining(Path folder) {
        return folder != null && Files.isRegularFile(folder.resolve(TRAINING));
    }

    private static boolean isDictionary(Extensions extensions, Path path) {
        return !extensions.knowing(CheckpointFormat.class, format -> format.recognises(path)).isEmpty();
    }

    EvaluationTable run(Monitor monitor) throws RefractException {
        if (downstream.isPresent() && (stores.size() > 1 || target.isPresent())) {
            throw RefractException.usage("A model's loss is measured for dictionaries that reconstruct one hook point: leave --model out.");
        }
        List<Dictionaries.Loaded> loaded = new ArrayList<>();
        List<ActivationStore> opened = new ArrayList<>();
        try {
            for (Path path : stores) {
                opened.add(ActivationStore.open(path));
            }
            ActivationStore activations = opened.getFirst();
            StoreSource data = new StoreSource(List.copyOf(opened), Optional.empty());
            if (target.isPresent()) {
                opened.add(ActivationStore.open(target.get()));
                data = new StoreSource(data.inputs(), Optional.of(opened.getLast()));
            }
            HookPoint point = activations.manifest().point();
            List<Path> found = new ArrayList<>();
            loaded.addAll(load(saes, activations, found, monitor));
            List<Sae> measured = loaded.stream().map(Dictionaries.Loaded::sae).toList();
            List<List<String>> reading = loaded.stream().map(Evaluation::reading).toList();
            List<Path> others = new ArrayList<>();
            loaded.addAll(load(seeds, activations, others, monitor));
            Monitor guarded = Lease.guard(loaded.stream().map(Dictionaries.Loaded::variant).toList(), monitor);
            List<SaeEvaluation.Scores> scores = new SaeEvaluation(options.samples(), options.batch(), options.seed())
                    .of(measured, data, options.placement(), guarded);
            List<Map<String, Double>> values = new ArrayList<>();
            scores.forEach(s -> values.add(new LinkedHashMap<>(s.metrics())));
            for (int other = 0; other < others.size(); other++) {
                for (int i = 0; i < measured.size(); i++) {
                    monitor.stage("Matching directions", 0);
                    Map<String, Double> row = values.get(i);
                    String with = others.size() == 1 ? "" : "." + EvaluationTable.shortNames(others).get(other);
                    SeedStability.of(measured.get(i), loaded.get(found.size() + other).sae(), options.placement()).values()
                            .forEach((name, value) -> row.put(name + with, value));
                }
            }
            if (downstream.isPresent()) {
                recovered(activations, point, measured, values, guarded);
            }
            EvaluationTable.Data measuredOn = new EvaluationTable.Data(stores, target,
                    opened.stream().map(store -> store.manifest().point()).toList(), Math.min(options.samples(), activations.vectors()));
            return new EvaluationTable(found, reading, measuredOn, values, scores);
        } finally {
            loaded.forEach(d -> d.sae().close());
            opened.forEach(ActivationStore::close);
        }
    }

    /** How the dictionary of another tool was read; Refract's own says itself what it is. */
    private static List<String> reading(Dictionaries.Loaded loaded) {
        return loaded.format().equals(OWN) ? List.of() : loaded.reading().stream().map(line -> "read from " + loaded.format() + ": " + line).toList();
    }

    /**
     * Those that are named, and of a training's folder those of this hook point.
     *
     * @param found gets their places
     */
    private List<Dictionaries.Loaded> load(List<Path> paths, ActivationStore activations, List<Path> found, Monitor monitor)
            throws RefractException {
        List<Dictionaries.Loaded> loaded = new ArrayList<>();
        try {
            for (Path given : paths) {
                int elsewhere = 0;
                List<Path> inside = expanded(extensions, List.of(given));
                for (Path path : inside) {
                    Dictionaries.Loaded one = Dictionaries.load(path, from, options.placement(), extensions);
                    loaded.add(one);
                    Optional<Provenance> origin = one.provenance().filter(p -> !p.modelFingerprint().isEmpty());
                    if (origin.isPresent() && isTraining(given) && !origin.get().point().equals(activations.manifest().point())) {
                        elsewhere++;
                        loaded.removeLast().sae().close();
                        continue;
                    }
                    if (origin.isPresent()) {
                        Provenances.requirePoint(path.toString(), origin.get(), activations.manifest().point());
                        requireTarget(path, origin.get());
                    }
                    found.add(path);
                }
                if (elsewhere > 0 && elsewhere == inside.size()) {
                    throw RefractException.usage("None of the %d dictionaries of %s was trained at %s, whose activations are in %s.", elsewhere, given,
                            activations.manifest().point(), stores.getFirst());
                }
                if (elsewhere > 0) {
                    monitor.note("%d of the %d dictionaries of %s are of other hook points and left out.".formatted(elsewhere, inside.size(), given));
                }
            }
            return loaded;
        } catch (RefractException | RuntimeException e) {
            loaded.forEach(one -> one.sae().close());
            throw e;
        }
    }

    /** What a transcoder writes looks like a bad reconstruction where both widths are the same. */
    private void requireTarget(Path path, Provenance origin) throws RefractException {
        Optional<String> learnt = Optional.ofNullable(origin.facts().get("target_point"));
        if (learnt.isPresent() && target.isEmpty()) {
            throw RefractException.usage("%s learnt to write %s: name a store of that with --target.", path, learnt.get());
        }
    }

    private void recovered(ActivationStore activations, HookPoint point, List<Sae> measured, List<Map<String, Double>> values,
            Monitor monitor) throws RefractException {
        Downstream run = downstream.orElseThrow();
        List<String> all = Prompts.of(run.prompts(), run.location(), options.seed());
        List<String> texts = all.subList(0, Math.min(run.count(), all.size()));
        try (Model model = run.backend().open(run.location(), options.placement(), monitor)) {
            activations.require(model.info(), point);
            for (int i = 0; i < measured.size(); i++) {
                switch (model) {
                    case ImageModel image ->
                        values.get(i).putAll(new PictureRecovery(texts, TOGETHER).of(image, point, measured.get(i), monitor));
                    case LanguageModel language ->
                        values.get(i).putAll(new LanguageRecovery(texts, TOKENS).of(language, point, measured.get(i), monitor));
                    default -> throw RefractException.usage("%s neither draws nor reads: it says nothing about what a dictionary loses.",
                            run.location());
                }
            }
        }
    }
}

package org.refract.engine.unpack;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.analysis.Dictionary;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Mask;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.analysis.Label;
import org.refract.api.job.Monitor;
import org.refract.api.model.ImageRequest;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.intervene.ActiveFeature;
import org.refract.engine.intervene.Explore;
import org.refract.engine.intervene.Interventions;
import org.refract.engine.job.CheckpointsOnly;
import org.refract.engine.store.Recordings;
import org.refract.engine.tensor.SharedWork;

/**
 * Shows what features do: for every dictionary strong features with good labels are switched off in the picture in which they are
 * strongest; the ones whose absence changes it most, and most where they are active, are shown off, doubled, quadrupled, and painted into
 * the corner of a picture in which they are not active, with the strength of an icon (k mean activations: alone where k features were).
 */
final class ShowcasePhase implements Phase {
    /** Features that are tried for each that is shown. */
    private static final int TRIED = 4;
    /** A feature that is active nearly everywhere shows nothing by its place or absence. */
    private static final double DENSEST = 0.5;
    private static final double[] AMPLIFIED = {2, 4};
    /** The upper left quarter. */
    private static final Mask CORNER = new Mask(2, 2, new float[] {1, 0, 0, 0});

    @Override
    public String id() {
        return "interventions";
    }

    @Override
    public double weight() {
        return 4;
    }

    @Override
    public List<Double> stages(UnpackSession session) throws RefractException {
        return Collections.nCopies(session.points().size(), 1.0);
    }

    /** A feature that was tried: the picture in which it is strongest, and the same without it. */
    private record Trial(Feature feature, String prompt, long seed, BufferedImage before, BufferedImage off, ImageChange change) {
        String label() {
            return feature.label().map(Label::text).orElse("");
        }
    }

    @Override
    public void run(UnpackSession session, Monitor monitor) throws RefractException {
        try (Recordings recordings = Recordings.open(session.folder().path())) {
            for (Dictionary dictionary : session.dictionaries().list()) {
                show(session, dictionary, recordings, monitor);
            }
        }
    }

    private static void show(UnpackSession session, Dictionary dictionary, Recordings recordings, Monitor monitor) throws RefractException {
        int shown = session.preset().showcase();
        List<Feature> candidates = candidates(dictionary, TRIED * shown);
        monitor.stage("Trying what features of " + dictionary.point().path() + " do", candidates.size() + (long) shown);
        List<Example> strongest = new ArrayList<>();
        try (FeatureIndex index = FeatureIndex.open(session.folder().atlas(dictionary.point()))) {
            for (Feature candidate : candidates) {
                strongest.add(index.examples(candidate.latent(), 1).getFirst());
            }
        }
        List<Trial> trials = new ArrayList<>();
        SharedWork.inOrder(session.lanes(1), candidates.size(), i -> {
            monitor.checkpoint();
            return attempt(session, dictionary, candidates.get(i), strongest.get(i), recordings, monitor);
        }, (i, trial) -> {
            trials.add(trial);
            monitor.advance(1);
        });
        trials.sort(Comparator.comparingDouble((Trial t) -> -t.change().clarity()).thenComparingInt(t -> t.feature().latent()));
        SharedWork.inOrder(session.lanes(1), Math.min(shown, trials.size()), i -> {
            monitor.checkpoint();
            return shots(session, dictionary, i, trials, monitor);
        }, (i, shots) -> {
            ShowcaseFiles.write(session.folder().interventions(), shots.showcase(), shots.pictures());
            monitor.advance(1);
        });
    }

    /** Features with a label that no other candidate has, those with the largest product of mean activation and label score first. */
    private static List<Feature> candidates(Dictionary dictionary, int limit) {
        Set<String> labels = new HashSet<>();
        return dictionary.features().stream().filter(f -> f.label().isPresent() && f.density() <= DENSEST)
                .sorted(Comparator.comparingDouble((Feature f) -> -f.mean() * f.label().get().score()).thenComparingInt(Feature::latent))
                .filter(f -> labels.add(f.label().get().text())).limit(limit).toList();
    }

    private static Trial attempt(UnpackSession session, Dictionary dictionary, Feature feature, Example strongest, Recordings recordings, Monitor monitor)
            throws RefractException {
        long seed = recordings.seed((int) strongest.recording());
        BufferedImage before = draw(session, strongest.caption(), seed, List.of(), monitor);
        BufferedImage off = draw(session, strongest.caption(), seed, List.of(change(dictionary, feature, Mode.SCALE, 0)), monitor);
        ImageChange change = ImageChange.between(before, off, strongest.map(), strongest.rows(), strongest.columns());
        return new Trial(feature, strongest.caption(), seed, before, off, change);
    }

    /** What is shown of a feature, and its pictures. */
    private record Shots(Showcase showcase, List<BufferedImage> pictures) {
    }

    private static Shots shots(UnpackSession session, Dictionary dictionary, int rank, List<Trial> trials, Monitor monitor) throws RefractException {
        Trial trial = trials.get(rank);
        String id = "%s-%02d-%d".formatted(RunFolder.name(dictionary.point()), rank, trial.feature().latent());
        List<Showcase.Shot> shots = new ArrayList<>();
        List<BufferedImage> pictures = new ArrayList<>();
        add(shots, pictures, id, "unchanged", trial.prompt(), trial.seed(), Optional.empty(), trial.before());
        add(shots, pictures, id, "off", trial.prompt(), trial.seed(), Optional.of(change(dictionary, trial.feature(), Mode.SCALE, 0)), trial.off());
        for (double factor : AMPLIFIED) {
            Intervention amplified = change(dictionary, trial.feature(), Mode.SCALE, factor);
            add(shots, pictures, id, "×" + (int) factor, trial.prompt(), trial.seed(), Optional.of(amplified),
                    draw(session, trial.prompt(), trial.seed(), List.of(amplified), monitor));
        }
        Trial other = elsewhere(session, dictionary, trial, trials, monitor);
        Intervention paint = change(dictionary, trial.feature(), Mode.ADD, Interventions.activeLatents(dictionary)).within(CORNER);
        add(shots, pictures, id, "another prompt", other.prompt(), other.seed(), Optional.empty(), other.before());
        add(shots, pictures, id, "painted into its corner", other.prompt(), other.seed(), Optional.of(paint),
                draw(session, other.prompt(), other.seed(), List.of(paint), monitor));
        ImageRequest request = session.request();
        return new Shots(new Showcase(id, dictionary.point().path(), trial.feature().latent(),
                trial.feature().label().map(Label::text), trial.prompt(), trial.seed(), request.steps(), request.guidance(), trial.change().effect(),
                trial.change().locality(), trial.change().area(), shots), pictures);
    }

    private static void add(List<Showcase.Shot> shots, List<BufferedImage> pictures, String id, String caption, String prompt, long seed,
            Optional<Intervention> intervention, BufferedImage picture) {
        shots.add(new Showcase.Shot(caption, "%s-%d.png".formatted(id, shots.size()), prompt, seed, intervention));
        pictures.add(picture);
    }

    /** A tried picture in which the feature is not active and whose label shares no word with its own; itself if there is none. */
    private static Trial elsewhere(UnpackSession session, Dictionary dictionary, Trial trial, List<Trial> trials, Monitor monitor)
            throws RefractException {
        Set<String> words = words(trial.label());
        int own = trials.indexOf(trial);
        for (int i = 1; i < trials.size(); i++) {
            Trial other = trials.get((own + i) % trials.size());
            if (Collections.disjoint(words, words(other.label())) && !isActive(session, dictionary, trial.feature(), other, monitor)) {
                return other;
            }
        }
        return trial;
    }

    private static Set<String> words(String label) {
        return new HashSet<>(Arrays.asList(label.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")));
    }

    private static boolean isActive(UnpackSession session, Dictionary dictionary, Feature feature, Trial other, Monitor monitor) throws RefractException {
        ImageRequest request = session.request().withPrompt(other.prompt(), other.seed()).withDecode(false);
        Explore run = Explore.run(session.model(), request, List.of(dictionary), List.of(), new CheckpointsOnly(monitor));
        List<ActiveFeature> active = run.points().getFirst().strongest(0, dictionary.features().size());
        return active.stream().anyMatch(a -> a.latent() == feature.latent());
    }

    private static Intervention change(Dictionary dictionary, Feature feature, Mode mode, double strength) {
        return Intervention.everywhere(new FeatureId(dictionary.point(), feature.latent()), mode, strength);
    }

    private static BufferedImage draw(UnpackSession session, String prompt, long seed, List<Intervention> interventions, Monitor monitor)
            throws RefractException {
        ImageRequest request = session.request().withPrompt(prompt, seed);
        List<Dictionary> all = session.dictionaries().list();
        return Explore.draw(session.model(), request, all, interventions, new CheckpointsOnly(monitor)).getFirst();
    }
}

package org.refract.workbench.engine;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.FeatureId;
import org.refract.api.model.HookPoint;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.Icons;
import org.refract.engine.index.Neighbour;
import org.refract.engine.store.Recordings;
import org.refract.engine.unpack.RunFolder;
import org.refract.workbench.picture.ActivationMap;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.FeatureDetails;
import org.refract.workbench.subject.FeatureDetails.ExamplePicture;
import org.refract.workbench.subject.FeatureDetails.Histogram;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.SubjectInfo.DictionaryInfo;

/** A run's atlases, icons and recordings, open to be read. Any thread; closing waits for who reads. */
final class RunFiles implements AutoCloseable {
    private static final int EXAMPLES = 24;
    private static final int NEAREST = 20;

    private final Map<HookPoint, FeatureIndex> atlases = new LinkedHashMap<>();
    private final Map<HookPoint, Icons> icons = new LinkedHashMap<>();
    private final Optional<Recordings> recordings;
    private boolean closed;

    private RunFiles(Optional<Recordings> recordings) {
        this.recordings = recordings;
    }

    static RunFiles open(RunFolder run, List<DictionaryInfo> points) throws RefractException {
        RunFiles files = new RunFiles(Files.isDirectory(run.store()) ? Optional.of(Recordings.open(run.path())) : Optional.empty());
        try {
            for (DictionaryInfo point : points) {
                files.atlases.put(point.point(), FeatureIndex.open(run.atlas(point.point())));
                files.icons.put(point.point(), new Icons(run.icons(point.point()), point.latents()));
            }
            return files;
        } catch (RefractException e) {
            files.close();
            throw e;
        }
    }

    /** The first recording's prompt, "" if there are no recordings. */
    String firstPrompt() {
        return recordings.filter(r -> r.size() > 0).map(r -> r.prompt(0)).orElse("");
    }

    synchronized Optional<Pixels> icon(FeatureId feature) throws RefractException {
        requireOpen();
        boolean drawn = atlases.get(feature.point()).feature(feature.latent()).alive();
        return drawn ? icons.get(feature.point()).image(feature.latent()).map(Pixels::of) : Optional.empty();
    }

    synchronized FeatureDetails details(FeatureId feature) throws RefractException {
        requireOpen();
        FeatureIndex atlas = atlases.get(feature.point());
        List<ExamplePicture> examples = new ArrayList<>();
        for (Example example : atlas.examples(feature.latent(), EXAMPLES)) {
            picture(example.recording()).ifPresent(picture -> examples.add(new ExamplePicture(example.caption(), example.strength(),
                    Pixels.of(picture), new ActivationMap(example.rows(), example.columns(), example.map()))));
        }
        List<FeatureDetails.Neighbour> nearest = new ArrayList<>();
        for (Neighbour neighbour : atlas.neighbours(feature.latent(), NEAREST)) {
            nearest.add(new FeatureDetails.Neighbour(new FeatureRow(atlas.feature(neighbour.latent()), 0), neighbour.cosine()));
        }
        return new FeatureDetails(atlas.feature(feature.latent()), examples, nearest, histogram(atlas.activations(feature.latent())));
    }

    private Optional<BufferedImage> picture(long recording) throws RefractException {
        return recordings.isPresent() && recording < recordings.get().size() ? recordings.get().image((int) recording) : Optional.empty();
    }

    /** The part of the bins that holds anything; their edges are powers of ten. */
    private static Histogram histogram(org.refract.engine.index.Histogram bins) {
        int first = 0;
        int last = bins.counts().length - 1;
        while (first < last && bins.counts()[first] == 0) {
            first++;
        }
        while (last > first && bins.counts()[last] == 0) {
            last--;
        }
        int[] counts = new int[last - first + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = (int) Math.min(Integer.MAX_VALUE, bins.counts()[first + i]);
        }
        return new Histogram("How strong it is where it is active", "log10 of the activation", Math.log10(bins.edges()[first]),
                Math.log10(bins.edges()[last + 1]), counts);
    }

    private void requireOpen() throws RefractException {
        if (closed) {
            throw RefractException.failure("The run was closed meanwhile.");
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            atlases.values().forEach(FeatureIndex::close);
            recordings.ifPresent(Recordings::close);
        }
    }
}

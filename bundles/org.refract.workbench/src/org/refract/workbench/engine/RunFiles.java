package org.refract.workbench.engine;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.FeatureId;
import org.refract.api.model.HookPoint;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.Icons;
import org.refract.engine.index.Neighbour;
import org.refract.engine.store.Recordings;
import org.refract.engine.unpack.RunFolder;
import org.refract.engine.unpack.Showcase;
import org.refract.engine.unpack.ShowcaseFiles;
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
    private final RunFolder run;
    private final Optional<Recordings> recordings;
    private final List<String> warnings;
    private boolean closed;

    /**
     * What to draw first.
     *
     * @param prompt what it shows
     * @param seed   of the noise
     */
    record Beginning(String prompt, long seed) {
        static final Beginning EMPTY = new Beginning("", 0);
    }

    private RunFiles(RunFolder run, Optional<Recordings> recordings, List<String> warnings) {
        this.run = run;
        this.recordings = recordings;
        this.warnings = warnings;
    }

    static RunFiles open(RunFolder run, List<DictionaryInfo> points) throws RefractException {
        RunFiles files = withRecordings(run);
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

    private static RunFiles withRecordings(RunFolder run) {
        try {
            Recordings recordings = Recordings.open(run.path());
            boolean pictures = recordings.size() == 0 || recordings.image(0).isPresent();
            return new RunFiles(run, Optional.of(recordings), pictures ? List.of()
                    : List.of("The pictures of the recordings are not in " + run.path() + "; examples are shown without them."));
        } catch (RefractException e) {
            return new RunFiles(run, Optional.empty(), List.of("The recordings are not in " + run.path() + "; examples are shown without pictures."));
        }
    }

    /** What of the run is missing. */
    List<String> warnings() {
        return warnings;
    }

    /** The one with the most contrast of the pictures that the run itself shows, or else the first that was recorded. */
    Beginning beginning() {
        return shown().or(() -> recordings.filter(r -> r.size() > 0).map(r -> new Beginning(r.prompt(0), r.seed(0)))).orElse(Beginning.EMPTY);
    }

    private Optional<Beginning> shown() {
        try {
            return ShowcaseFiles.read(run).stream().max(Comparator.comparingDouble(this::contrast)).map(s -> new Beginning(s.prompt(), s.seed()));
        } catch (RefractException damaged) {
            return Optional.empty();
        }
    }

    private double contrast(Showcase showcase) {
        Optional<Path> file = showcase.shots().stream().filter(shot -> shot.intervention().isEmpty()).findFirst()
                .map(shot -> run.interventions().resolve(Path.of(shot.file()).getFileName()));
        try {
            BufferedImage picture = file.isEmpty() ? null : ImageIO.read(file.get().toFile());
            return picture == null ? 0 : Pixels.of(picture).contrast();
        } catch (IOException unreadable) {
            return 0;
        }
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
            Optional<Long> seed = recordings.filter(r -> example.recording() < r.size()).map(r -> r.seed((int) example.recording()));
            examples.add(new ExamplePicture(example.caption(), seed, example.strength(), picture(example.recording()).map(Pixels::of),
                    new ActivationMap(example.rows(), example.columns(), example.map())));
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

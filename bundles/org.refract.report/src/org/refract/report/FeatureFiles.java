package org.refract.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.api.job.Monitor;
import org.refract.engine.index.FeatureDetails;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.Histogram;

/**
 * The data files of one dictionary: {@code features-B} with a number or text per latent, which the gallery sorts and searches, and
 * {@code examples-B-C} with examples, heat maps, neighbours and histograms of {@value #CHUNK} latents, which are loaded when they
 * are looked at.
 */
final class FeatureFiles {
    /** Latents in one file of examples. */
    static final int CHUNK = 64;
    private static final int EXAMPLES = 16;
    private static final int NEIGHBOURS = 8;
    private static final int TERMS = 10;

    private final FeatureIndex atlas;
    private final int block;
    private final RecordingSheets pictures;
    private final DataFiles data;
    private final List<Feature> features;
    private final Columns columns = new Columns();
    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final Map<Long, List<Sighting>> sightings = new LinkedHashMap<>();

    /** A feature that has a recording among its examples, with its map there. */
    record Sighting(int latent, double share, Example example) {
    }

    /** One array per quantity, in order of the latent. */
    private static final class Columns {
        private final List<Double> density = new ArrayList<>();
        private final List<Double> mean = new ArrayList<>();
        private final List<Double> max = new ArrayList<>();
        private final List<Double> std = new ArrayList<>();
        private final List<Long> active = new ArrayList<>();
        private final List<String> label = new ArrayList<>();
        private final List<Double> score = new ArrayList<>();
        private final List<List<String>> terms = new ArrayList<>();
        private final List<List<Integer>> words = new ArrayList<>();
        private List<String> vocabulary = List.of();
    }

    /** What is shown of one latent; {@code heat} holds all maps after one another, a byte per position, 255 for the latent's largest. */
    private record Entry(List<Integer> slot, List<Double> strength, List<Double> max, String heat, List<List<Object>> near, List<long[]> bins) {
    }

    FeatureFiles(FeatureIndex atlas, int block, RecordingSheets pictures, DataFiles data) throws RefractException {
        this.atlas = atlas;
        this.block = block;
        this.pictures = pictures;
        this.data = data;
        this.features = atlas.allFeatures();
    }

    List<Feature> features() {
        return features;
    }

    /** For every recording that is an example, the features it is an example of. */
    Map<Long, List<Sighting>> sightings() {
        return sightings;
    }

    void write(Monitor monitor) throws RefractException {
        for (int first = 0; first < features.size(); first += CHUNK) {
            List<Entry> chunk = new ArrayList<>(CHUNK);
            for (FeatureDetails details : atlas.details(first, CHUNK, EXAMPLES, NEIGHBOURS)) {
                chunk.add(entry(features.get(details.latent()), details));
            }
            data.write("examples-" + block + "-" + first / CHUNK, chunk);
            monitor.advance(chunk.size());
            monitor.checkpoint();
        }
        columns.vocabulary = List.copyOf(vocabulary.keySet());
        data.write("features-" + block, columns);
    }

    private Entry entry(Feature feature, FeatureDetails details) {
        List<Example> examples = details.examples();
        columns.density.add(feature.density());
        columns.mean.add(feature.mean());
        columns.max.add(feature.max());
        columns.std.add(feature.std());
        columns.active.add(details.recordings());
        columns.label.add(feature.label().map(Label::text).orElse(""));
        columns.score.add(feature.label().map(Label::score).orElse(0.0));
        columns.terms.add(feature.label().stream().flatMap(l -> l.terms().stream()).limit(TERMS).map(Label.Term::text).toList());
        columns.words.add(words(examples));
        for (Example example : examples) {
            sightings.computeIfAbsent(example.recording(), r -> new ArrayList<>())
                    .add(new Sighting(feature.latent(), feature.max() > 0 ? example.max() / feature.max() : 0, example));
        }
        List<List<Object>> near = details.neighbours().stream().map(n -> List.<Object>of(n.latent(), n.cosine(), n.coactivation())).toList();
        return new Entry(examples.stream().map(pictures::slot).toList(), examples.stream().map(Example::strength).toList(),
                examples.stream().map(Example::max).toList(), heat(examples, feature.max()), near, bins(details.activations()));
    }

    private List<Integer> words(List<Example> examples) {
        Set<String> words = new LinkedHashSet<>();
        examples.forEach(e -> words.addAll(Arrays.asList(e.caption().toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))));
        words.remove("");
        return words.stream().map(w -> vocabulary.computeIfAbsent(w, word -> vocabulary.size())).toList();
    }

    private static List<long[]> bins(Histogram histogram) {
        List<long[]> bins = new ArrayList<>();
        for (int i = 0; i < histogram.counts().length; i++) {
            if (histogram.counts()[i] > 0) {
                bins.add(new long[] {i, histogram.counts()[i]});
            }
        }
        return bins;
    }

    private static String heat(List<Example> examples, double largest) {
        byte[] bytes = new byte[examples.stream().mapToInt(e -> e.map().length).sum()];
        int at = 0;
        for (Example example : examples) {
            at = quantise(example.map(), largest, bytes, at);
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Bytes from 0 to 255 for activations from 0 to {@code largest}; returns the place after the last. */
    static int quantise(float[] map, double largest, byte[] bytes, int from) {
        int at = from;
        for (float value : map) {
            bytes[at++] = (byte) Math.round(largest > 0 ? 255 * Math.clamp(value / largest, 0, 1) : 0);
        }
        return at;
    }
}

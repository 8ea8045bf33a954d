package org.refract.engine.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.api.analysis.Labeler;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.intervene.PlainSae;
import org.refract.engine.tensor.Positions;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

class AtlasBuilderTest {
    private static final AtlasFacts FACTS = new AtlasFacts(new HookPoint("unet.mid_block.attentions.0", Site.UPDATE), "tiny", "sha256:0",
            "", 0, 0, 0, 0, 0, 0, Map.of("seed", "1"));
    private static final int WIDTH = 5;
    private static final int LATENTS = 24;
    private static final int K = 3;
    private static final int ROWS = 2;
    private static final int COLUMNS = 3;
    private static final int POSITIONS = ROWS * COLUMNS;
    private static final int RECORDINGS = 40;

    @TempDir
    Path folder;

    private final Scope scope = Scope.open(Placement.CPU);
    private final PlainSae sae = new PlainSae(scope.manager(), WIDTH, LATENTS, K, 2);
    private final float[][] updates = new float[RECORDINGS][WIDTH * POSITIONS];
    private final List<String> prompts = new ArrayList<>();
    /** {@code [recording][position][latent]}. */
    private final double[][][] dense = new double[RECORDINGS][POSITIONS][];

    @BeforeEach
    void encodeDensely() {
        Random random = new Random(9);
        for (int r = 0; r < RECORDINGS; r++) {
            prompts.add("prompt " + r / 2);
            for (int i = 0; i < updates[r].length; i++) {
                updates[r][i] = (float) (random.nextGaussian() * 3);
            }
            for (int p = 0; p < POSITIONS; p++) {
                float[] x = new float[WIDTH];
                for (int c = 0; c < WIDTH; c++) {
                    x[c] = updates[r][c * POSITIONS + p];
                }
                dense[r][p] = sae.activations(x);
            }
        }
    }

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void statisticsEqualADenseComputation() throws Exception {
        try (FeatureIndex index = build(new AtlasOptions(4, 3, false), 7, Optional.empty())) {
            for (int f = 0; f < LATENTS; f++) {
                double[] positive = positive(f);
                double mean = Arrays.stream(positive).average().orElse(0);
                double variance = Arrays.stream(positive).map(v -> (v - mean) * (v - mean)).average().orElse(0);
                Feature feature = index.feature(f);
                assertEquals(positive.length / (double) (RECORDINGS * POSITIONS), feature.density(), 1e-12);
                assertEquals(mean, feature.mean(), 1e-5);
                assertEquals(Math.sqrt(variance), feature.std(), 1e-4);
                assertEquals(Arrays.stream(positive).max().orElse(0), feature.max(), 1e-5);
                assertEquals(recordingsWith(f).size(), index.activeRecordings(f));
                assertEquals(positive.length, Arrays.stream(index.activations(f).counts()).sum());
            }
            assertEquals(RECORDINGS, index.facts().recordings());
            assertEquals(RECORDINGS * POSITIONS, index.facts().positions());
            assertEquals(ROWS, index.facts().rows());
            assertEquals(COLUMNS, index.facts().columns());
        }
    }

    @Test
    void examplesAreTheRecordingsWithTheLargestMeanActivationAndCarryTheirMaps() throws Exception {
        try (FeatureIndex index = build(new AtlasOptions(4, 3, false), 7, Optional.empty())) {
            for (int f = 0; f < LATENTS; f++) {
                int latent = f;
                List<Integer> ranked = recordingsWith(f).stream()
                        .sorted(Comparator.comparingDouble((Integer r) -> -meanOf(r, latent)).thenComparing(r -> r)).limit(4).toList();
                List<Example> examples = index.examples(f, 9);
                assertEquals(ranked, examples.stream().map(e -> (int) e.recording()).toList());
                for (Example example : examples) {
                    int r = (int) example.recording();
                    assertEquals(prompts.get(r), example.caption());
                    assertEquals(meanOf(r, f), example.strength(), 1e-5);
                    for (int p = 0; p < POSITIONS; p++) {
                        assertEquals(dense[r][p][f], example.map()[p], 1e-5);
                    }
                }
            }
        }
    }

    @Test
    void aPromptStandsOnceAmongTheExamplesWithItsStrongestPicture() throws Exception {
        try (FeatureIndex index = build(new AtlasOptions(50, 3, true), 7, Optional.empty())) {
            for (int f = 0; f < LATENTS; f++) {
                List<Example> examples = index.examples(f, 99);
                assertEquals(examples.size(), new HashSet<>(examples.stream().map(Example::caption).toList()).size());
                for (Example example : examples) {
                    int twin = (int) example.recording() ^ 1;
                    assertTrue(example.strength() >= meanOf(twin, f) - 1e-6);
                }
            }
        }
    }

    @Test
    void theSizeOfBatchesDoesNotMatter() throws Exception {
        try (FeatureIndex small = build(new AtlasOptions(4, 3, false), 1, Optional.empty());
                FeatureIndex large = build(new AtlasOptions(4, 3, false), RECORDINGS, Optional.empty())) {
            for (int f = 0; f < LATENTS; f++) {
                assertEquals(large.feature(f).density(), small.feature(f).density());
                assertEquals(large.feature(f).std(), small.feature(f).std(), 1e-5);
                assertEquals(large.examples(f, 4).stream().map(Example::recording).toList(), small.examples(f, 4).stream().map(Example::recording).toList());
            }
        }
    }

    @Test
    void neighboursAreTheLiveFeaturesWithTheLargestCosine() throws Exception {
        try (FeatureIndex index = build(new AtlasOptions(4, 3, false), 7, Optional.empty())) {
            for (int f = 0; f < LATENTS; f++) {
                List<Neighbour> neighbours = index.neighbours(f, 9);
                assertEquals(3, neighbours.size());
                double least = neighbours.getLast().cosine();
                for (int g = 0; g < LATENTS; g++) {
                    int other = g;
                    boolean listed = neighbours.stream().anyMatch(n -> n.latent() == other);
                    if (g != f && !positiveIsEmpty(g)) {
                        assertTrue(listed ? cosine(f, g) >= least - 1e-5 : cosine(f, g) <= least + 1e-5);
                    }
                }
                Neighbour first = neighbours.getFirst();
                assertEquals(cosine(f, first.latent()), first.cosine(), 1e-5);
                List<Integer> mine = recordingsWith(f);
                List<Integer> its = recordingsWith(first.latent());
                HashSet<Integer> either = new HashSet<>(mine);
                either.addAll(its);
                assertEquals(either.isEmpty() ? 0 : mine.stream().filter(its::contains).count() / (double) either.size(), first.coactivation(), 1e-12);
            }
        }
    }

    @Test
    void liveFeaturesAreNamedByTheLabeler() throws Exception {
        Labeler labeler = new Labeler() {
            @Override
            public String id() {
                return "first";
            }

            @Override
            public Session open(List<String> captions) {
                assertEquals(prompts, captions);
                return examples -> Optional.of(new Label("like " + examples.getFirst().caption(), 1, id(), List.of()));
            }
        };
        try (FeatureIndex index = build(AtlasOptions.DEFAULT, 7, Optional.of(labeler))) {
            for (Feature feature : index.allFeatures()) {
                assertEquals(feature.alive(), feature.label().isPresent());
                if (feature.alive()) {
                    assertEquals("like " + index.examples(feature.latent(), 1).getFirst().caption(), feature.label().get().text());
                }
            }
        }
    }

    @Test
    void overSeveralStepsTheMapIsTheMeanOfTheSteps() throws Exception {
        Path file = folder.resolve("steps.duckdb");
        try (AtlasBuilder builder = new AtlasBuilder(sae, new AtlasOptions(9, 3, false), prompts, Placement.CPU)) {
            builder.add(values(0, 6), new long[] {10, 11, 12}, 2, ROWS, COLUMNS);
            builder.finish(file, FACTS, Optional.empty(), Monitor.silent());
        }
        try (FeatureIndex index = FeatureIndex.open(file)) {
            for (int f = 0; f < LATENTS; f++) {
                for (Example example : index.examples(f, 9)) {
                    int first = (int) (example.recording() - 10) * 2;
                    assertEquals((meanOf(first, f) + meanOf(first + 1, f)) / 2, example.strength(), 1e-5);
                    assertEquals((dense[first][1][f] + dense[first + 1][1][f]) / 2, example.map()[1], 1e-5);
                }
            }
        }
    }

    @Test
    void memoryStaysFlatOverManyBatches() throws Exception {
        try (AtlasBuilder builder = new AtlasBuilder(sae, AtlasOptions.DEFAULT, prompts, Placement.CPU)) {
            for (int pass = 0; pass < 50; pass++) {
                builder.add(values(0, 5), new long[] {0, 1, 2, 3, 4}, 1, ROWS, COLUMNS);
            }
            assertEquals(5, builder.liveTensors());
        }
    }

    private FeatureIndex build(AtlasOptions options, int batch, Optional<Labeler> labeler) throws Exception {
        Path file = folder.resolve("atlas-" + batch + ".duckdb");
        try (AtlasBuilder builder = new AtlasBuilder(sae, options, prompts, Placement.CPU)) {
            for (int first = 0; first < RECORDINGS; first += batch) {
                int last = Math.min(RECORDINGS, first + batch);
                long[] numbers = new long[last - first];
                Arrays.setAll(numbers, i -> i);
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] += first;
                }
                builder.add(values(first, last), numbers, 1, ROWS, COLUMNS);
            }
            List<Feature> features = builder.finish(file, FACTS, labeler, Monitor.silent());
            FeatureIndex index = FeatureIndex.open(file);
            assertEquals(features, index.allFeatures());
            return index;
        }
    }

    private NDArray values(int first, int last) {
        float[] flat = new float[(last - first) * WIDTH * POSITIONS];
        for (int r = first; r < last; r++) {
            System.arraycopy(updates[r], 0, flat, (r - first) * WIDTH * POSITIONS, WIDTH * POSITIONS);
        }
        return Positions.rows(scope.manager(), Tensors.of(scope.manager(), flat, last - first, WIDTH, ROWS, COLUMNS));
    }

    private double[] positive(int latent) {
        return Arrays.stream(dense).flatMap(Arrays::stream).mapToDouble(z -> z[latent]).filter(v -> v > 0).toArray();
    }

    private boolean positiveIsEmpty(int latent) {
        return positive(latent).length == 0;
    }

    private double meanOf(int recording, int latent) {
        return Arrays.stream(dense[recording]).mapToDouble(z -> z[latent]).average().orElseThrow();
    }

    private List<Integer> recordingsWith(int latent) {
        List<Integer> with = new ArrayList<>();
        for (int r = 0; r < RECORDINGS; r++) {
            if (meanOf(r, latent) > 0) {
                with.add(r);
            }
        }
        return with;
    }

    private double cosine(int a, int b) {
        double dot = 0;
        for (int c = 0; c < WIDTH; c++) {
            dot += sae.direction(a)[c] * sae.direction(b)[c];
        }
        return dot;
    }
}

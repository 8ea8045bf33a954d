package org.refract.engine.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;

class FeatureIndexTest {
    private static final HookPoint POINT = new HookPoint("unet.mid_block.attentions.0", Site.UPDATE);

    @TempDir
    Path folder;

    @Test
    void readsBackWhatWasWritten() throws Exception {
        Path file = folder.resolve("deep/small.duckdb");
        Feature heart = feature(1, 0.25, "red heart");
        float[] map = {0, 1.5f, -0f, Float.MIN_VALUE, 3, 7e-8f};
        Example example = new Example(7, "red heart, noto style", 0.75, 3, map, 2, 3);
        long[] histogram = new long[ActivationBins.COUNT];
        histogram[31] = 4;
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts(3), Map.of(7L, example.caption()))) {
            writer.add(feature(0, 0, ""), 0, List.of(), List.of(), new long[ActivationBins.COUNT]);
            writer.add(heart, 5, List.of(example), List.of(new Neighbour(2, 0.5, 0.125, Optional.of("blue"))), histogram);
            writer.add(feature(2, 0.5, "blue"), 9, List.of(), List.of(), new long[ActivationBins.COUNT]);
            assertFalse(Files.exists(file), "nothing stands at its place before the commit");
            writer.commit();
        }
        try (FeatureIndex index = FeatureIndex.open(file)) {
            assertEquals(facts(3), index.facts());
            assertEquals(heart, index.feature(1));
            assertEquals(5, index.activeRecordings(1));
            assertEquals(List.of(new Neighbour(2, 0.5, 0.125, Optional.of("blue"))), index.neighbours(1, 8));
            Example read = index.examples(1, 8).getFirst();
            assertArrayEquals(map, read.map());
            assertEquals(example.caption(), read.caption());
            assertEquals(0.75, read.strength());
            assertArrayEquals(histogram, index.activations(1).counts());
            assertEquals(2, java.util.Arrays.stream(index.densities(4).counts()).sum());
            assertEquals(List.of(2, 1), latents(index.features(FeatureQuery.top(FeatureQuery.Sort.DENSITY))));
            assertEquals(3, index.allFeatures().size());
        }
        try (var left = Files.list(file.getParent())) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void detailsOfManyFeaturesAreThoseOfEach() throws Exception {
        Path file = folder.resolve("details.duckdb");
        long[] histogram = new long[ActivationBins.COUNT];
        histogram[5] = 3;
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts(3), Map.of(0L, "a", 1L, "b", 2L, "c"))) {
            writer.add(feature(0, 0.1, "x"), 4, List.of(example(1), example(0), example(2)), List.of(new Neighbour(2, 0.5, 0.1, Optional.of("z"))), histogram);
            writer.add(feature(1, 0, ""), 0, List.of(), List.of(), new long[ActivationBins.COUNT]);
            writer.add(feature(2, 0.1, "z"), 2, List.of(example(2)), List.of(new Neighbour(0, 0.5, 0.1, Optional.of("x"))), histogram);
            writer.commit();
        }
        try (FeatureIndex index = FeatureIndex.open(file)) {
            List<FeatureDetails> details = index.details(0, 10, 2, 8);
            assertEquals(3, details.size());
            for (FeatureDetails one : details) {
                assertEquals(index.activeRecordings(one.latent()), one.recordings());
                assertEquals(index.examples(one.latent(), 2).stream().map(Example::recording).toList(), one.examples().stream().map(Example::recording).toList());
                assertEquals(index.examples(one.latent(), 2).stream().map(Example::caption).toList(), one.examples().stream().map(Example::caption).toList());
                assertEquals(index.neighbours(one.latent(), 8), one.neighbours());
                assertArrayEquals(index.activations(one.latent()).counts(), one.activations().counts());
            }
            assertEquals(List.of(2), index.details(2, 1, 1, 1).stream().map(FeatureDetails::latent).toList());
        }
    }

    @Test
    void findsFeaturesByLabelFirstThenByPrompts() throws Exception {
        Path file = folder.resolve("search.duckdb");
        Map<Long, String> prompts = new TreeMap<>(Map.of(0L, "A Red apple", 1L, "a green pear", 2L, "red car's wheel"));
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts(4), prompts)) {
            writer.add(feature(0, 0.1, "round fruit"), 1, List.of(example(1), example(0)), List.of(), new long[ActivationBins.COUNT]);
            writer.add(feature(1, 0.1, "red"), 1, List.of(example(1)), List.of(), new long[ActivationBins.COUNT]);
            writer.add(feature(2, 0.1, ""), 1, List.of(example(0), example(2)), List.of(), new long[ActivationBins.COUNT]);
            writer.add(feature(3, 0.1, "sky"), 1, List.of(), List.of(), new long[ActivationBins.COUNT]);
            writer.commit();
        }
        try (FeatureIndex index = FeatureIndex.open(file)) {
            assertEquals(List.of(1, 2, 0), latents(index.features(FeatureQuery.search("RED"))));
            assertEquals(List.of(2), latents(index.features(FeatureQuery.search(" car's  red"))));
            assertEquals(0, index.features(FeatureQuery.search("'; DROP TABLE features; --")).total());
            assertEquals(4, index.features(FeatureQuery.all()).total());
        }
    }

    @Test
    void aRebuiltAtlasReplacesTheOldOneWhileItIsBeingRead() throws Exception {
        Path file = folder.resolve("atlas.duckdb");
        write(file, 1, 0.25);
        try (FeatureIndex before = FeatureIndex.open(file); FeatureIndex alsoBefore = FeatureIndex.open(file)) {
            write(file, 1, 0.5);
            try (FeatureIndex after = FeatureIndex.open(file)) {
                assertEquals(0.25, before.feature(0).density());
                assertEquals(0.25, alsoBefore.feature(0).density());
                assertEquals(0.5, after.feature(0).density());
            }
        }
    }

    @Test
    void anUnfinishedWriteLeavesTheOldAtlasAndNothingElse() throws Exception {
        Path file = folder.resolve("atlas.duckdb");
        write(file, 1, 0.25);
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts(1), Map.of())) {
            writer.add(feature(0, 0.75, "new"), 1, List.of(), List.of(), new long[ActivationBins.COUNT]);
        }
        try (FeatureIndex index = FeatureIndex.open(file); var left = Files.list(folder)) {
            assertEquals(0.25, index.feature(0).density());
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void aHundredThousandFeaturesArePagedSortedAndSearched() throws Exception {
        int latents = 100_000;
        Path file = folder.resolve("large.duckdb");
        Random random = new Random(1);
        String[] words = {"red", "green", "cat", "dog", "house", "sky", "noto", "tree"};
        Map<Long, String> prompts = new TreeMap<>();
        for (long i = 0; i < 2000; i++) {
            prompts.put(i, words[random.nextInt(8)] + " " + words[random.nextInt(8)]);
        }
        double best = 0;
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts(latents), prompts)) {
            for (int latent = 0; latent < latents; latent++) {
                double density = random.nextDouble();
                best = Math.max(best, density);
                List<Example> examples = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    examples.add(new Example(random.nextInt(2000), "", 2 - i, 3, new float[6], 2, 3));
                }
                writer.add(feature(latent, density, "thing " + latent), 1, examples, List.of(new Neighbour(latent ^ 1, 0.5, 0, Optional.empty())),
                        new long[ActivationBins.COUNT]);
            }
            writer.commit();
        }
        try (FeatureIndex index = FeatureIndex.open(file)) {
            FeaturePage densest = index.features(FeatureQuery.top(FeatureQuery.Sort.DENSITY).withPage(0, 50));
            assertEquals(latents, densest.total());
            assertEquals(best, densest.features().getFirst().density());
            FeaturePage last = index.features(FeatureQuery.all().withPage(latents - 3, 50));
            assertEquals(List.of(latents - 3, latents - 2, latents - 1), latents(last));
            assertEquals(latents, index.features(FeatureQuery.all().withPage(latents + 7, 5)).total());
            assertEquals(List.of(77_777), latents(index.features(FeatureQuery.search("77777"))));
            assertTrue(index.features(FeatureQuery.search("cat dog")).total() > 1000);
            assertEquals(2, index.examples(55_555, 9).size());
            assertEquals(55_554, index.neighbours(55_555, 9).getFirst().latent());
        }
    }

    @Test
    void anAtlasFromSomebodyElseReadsNoOtherFile() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "a secret");
        Path file = folder.resolve("hostile.duckdb");
        write(file, 2, 0.5);
        try (var database = new DuckDBDriver().connect("jdbc:duckdb:" + file, new Properties()); var statement = database.createStatement()) {
            statement.execute("DROP TABLE recordings");
            statement.execute("CREATE VIEW recordings AS SELECT range AS recording, content AS prompt FROM read_text('" + secret + "'), range(100)");
        }
        try (FeatureIndex index = FeatureIndex.open(file)) {
            String said = assertThrows(RefractException.class, () -> index.examples(1, 8)).getMessage();
            assertFalse(said.contains("a secret"), said);
        }
    }

    /** DuckDB draws an identifier for every file and leaves memory that it never set in it, so the rows are what is compared. */
    @Test
    void theSameAtlasHasTheSameDigestAndAnotherHasAnother() throws Exception {
        String digest = digest("one/atlas.duckdb", 3000, 0.5);
        assertTrue(digest.matches("[0-9a-f]{64}"), digest);
        assertEquals(digest, digest("other/of another name.duckdb", 3000, 0.5));
        assertNotEquals(digest, digest("denser/atlas.duckdb", 3000, Math.nextUp(0.5)));
        try (var database = AtlasDatabase.read(folder.resolve("one/atlas.duckdb"))) {
            assertEquals(digest, AtlasDigest.of(database), "it is that of what the file holds");
        }
    }

    /** In every table, down to the last bit of a map, and the order counts. */
    @Test
    void everyRowCounts() throws Exception {
        Path file = folder.resolve("atlas.duckdb");
        writeFull(file);
        Set<String> digests = new HashSet<>();
        for (String change : List.of("UPDATE meta SET value = value || '.' WHERE key = 'model'", "UPDATE features SET label_terms = ['a', 'c'] WHERE latent = 1",
                "UPDATE examples SET map = '\\x00\\x00\\x00\\x01'::BLOB", "UPDATE recordings SET prompt = 'x' WHERE recording = 1",
                "UPDATE neighbours SET cosine = cosine + 1e-15", "UPDATE histograms SET positions = positions + 1",
                "DELETE FROM features WHERE latent = 0", "SELECT 1")) {
            Path changed = Files.copy(file, folder.resolve("changed.duckdb"), StandardCopyOption.REPLACE_EXISTING);
            try (var database = (DuckDBConnection) new DuckDBDriver().connect("jdbc:duckdb:" + changed, new Properties());
                    var statement = database.createStatement()) {
                statement.execute(change);
                assertTrue(digests.add(AtlasDigest.of(database)), change);
            }
        }
        try (FeatureIndex index = FeatureIndex.open(file)) {
            assertTrue(digests.contains(index.digest().orElseThrow()));
        }
    }

    private String digest(String name, int latents, double density) throws RefractException {
        write(folder.resolve(name), latents, density);
        try (FeatureIndex index = FeatureIndex.open(folder.resolve(name))) {
            return index.digest().orElseThrow();
        }
    }

    private static void writeFull(Path file) throws RefractException {
        long[] histogram = new long[ActivationBins.COUNT];
        histogram[5] = 3;
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts(2), Map.of(0L, "a", 1L, "b"))) {
            writer.add(feature(0, 0.1, "x"), 4, List.of(example(1)), List.of(new Neighbour(1, 0.5, 0.1, Optional.of("z"))), histogram);
            writer.add(feature(1, 0.1, "z"), 2, List.of(example(0)), List.of(new Neighbour(0, 0.5, 0.1, Optional.of("x"))), histogram);
            writer.commit();
        }
    }

    @Test
    void whatIsNoAtlasIsRefusedWithASentence() throws Exception {
        Path file = folder.resolve("it's.duckdb");
        assertTrue(assertThrows(RefractException.class, () -> FeatureIndex.open(file)).getMessage().contains("There is no atlas"));
        Files.write(file, new byte[5000]);
        assertTrue(assertThrows(RefractException.class, () -> FeatureIndex.open(file)).getMessage().contains("damaged"));
        Files.delete(file);
        write(file, 2, 0.5);
        try (FeatureIndex index = FeatureIndex.open(file)) {
            String message = assertThrows(RefractException.class, () -> index.feature(2)).getMessage();
            assertEquals("There is no feature 2 at unet.mid_block.attentions.0: its dictionary has the features 0 to 1.", message);
        }
    }

    private void write(Path file, int latents, double density) throws RefractException {
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts(latents), Map.of())) {
            for (int latent = 0; latent < latents; latent++) {
                writer.add(feature(latent, density, ""), 1, List.of(), List.of(), new long[ActivationBins.COUNT]);
            }
            writer.commit();
        }
    }

    private static AtlasFacts facts(int latents) {
        return new AtlasFacts(POINT, "tiny", "sha256:0", "topk", latents, 4, 12, 72, 2, 3, Map.of("labeler", "captions"));
    }

    private static Feature feature(int latent, double density, String label) {
        Optional<Label> named = label.isEmpty() ? Optional.empty()
                : Optional.of(new Label(label, 3.5, "captions", List.of(new Label.Term(label, 3.5), new Label.Term("other", 1))));
        return new Feature(latent, density, density * 2, density * 3, density / 2, named);
    }

    private static Example example(long recording) {
        return new Example(recording, "", 1, 1, new float[6], 2, 3);
    }

    private static List<Integer> latents(FeaturePage page) {
        return page.features().stream().map(Feature::latent).toList();
    }
}

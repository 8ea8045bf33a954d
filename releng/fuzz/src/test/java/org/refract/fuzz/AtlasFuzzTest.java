package org.refract.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.duckdb.DuckDBDriver;
import org.refract.api.RefractException;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.api.model.HookPoint;
import org.refract.api.model.Site;
import org.refract.engine.index.ActivationBins;
import org.refract.engine.index.AtlasFacts;
import org.refract.engine.index.FeatureIndex;
import org.refract.engine.index.FeatureIndexWriter;
import org.refract.engine.index.FeatureQuery;
import org.refract.engine.index.Neighbour;

/** Atlases whose file is damaged, and sound database files whose tables hold what no atlas holds. */
class AtlasFuzzTest {
    private static final String SEED = "20261201";
    private static final int LATENTS = 3;
    /** What somebody might put into a table, by the name of the column's type. */
    private static final Map<String, List<String>> CELLS = Map.of(
            "VARCHAR", List.of("''", "'../../x'", "chr(27) || '[2J'", "repeat('x', 100000)", "'9999999999'", "'-1'", "'NaN'"),
            "INTEGER", List.of("-1", "2147483647", "0", "64"),
            "BIGINT", List.of("-1", "9223372036854775807", "0"),
            "DOUBLE", List.of("'NaN'::DOUBLE", "'Infinity'::DOUBLE", "-1", "1e300"),
            "BLOB", List.of("''::BLOB", "'x'::BLOB", "repeat('y', 100000)::BLOB"),
            "VARCHAR[]", List.of("[]", "['a']", "NULL"), "DOUBLE[]", List.of("[]", "[1.0, 2.0, 3.0]", "NULL"));
    private static final Map<String, Map<String, String>> TABLES = Map.of(
            "meta", Map.of("key", "VARCHAR", "value", "VARCHAR"),
            "features", Map.of("latent", "INTEGER", "density", "DOUBLE", "std", "DOUBLE", "recordings", "BIGINT", "label", "VARCHAR", "label_terms", "VARCHAR[]", "label_term_scores", "DOUBLE[]"),
            "examples", Map.of("latent", "INTEGER", "rank", "INTEGER", "recording", "BIGINT", "strength", "DOUBLE", "map", "BLOB"),
            "recordings", Map.of("recording", "BIGINT", "prompt", "VARCHAR"),
            "neighbours", Map.of("latent", "INTEGER", "neighbour", "INTEGER", "cosine", "DOUBLE"),
            "histograms", Map.of("latent", "INTEGER", "bin", "INTEGER", "positions", "BIGINT"));

    private final Path folder = OneSentence.folder("atlas");
    private final Path sound = atlas();
    private final Damaged files = new Damaged("atlas", List.of(Sample.of(sound)), Damage::binary, AtlasFuzzTest::read);

    @Example
    void soundAndKnownFiles() {
        files.known();
    }

    @Property(tries = 25, seed = SEED, shrinking = ShrinkingMode.OFF)
    void files(@ForAll long seed) {
        files.one(seed);
    }

    @Property(tries = 25, seed = SEED, shrinking = ShrinkingMode.OFF)
    void tables(@ForAll long seed) throws IOException, SQLException {
        Random random = new Random(seed);
        Path changed = OneSentence.write(folder.resolve("changed.duckdb"), Files.readAllBytes(sound));
        String change = change(random);
        try (Connection database = new DuckDBDriver().connect("jdbc:duckdb:" + changed, new Properties()); Statement statement = database.createStatement()) {
            statement.execute(change);
        } catch (SQLException e) {
            // what the table itself refuses is not in it
            return;
        }
        try {
            OneSentence.orSound(() -> read(changed));
        } catch (AssertionError e) {
            throw new AssertionError(change + ": " + e.getMessage(), e);
        }
    }

    private static String change(Random random) {
        String table = one(List.copyOf(new java.util.TreeSet<>(TABLES.keySet())), random);
        String column = one(List.copyOf(new java.util.TreeSet<>(TABLES.get(table).keySet())), random);
        return switch (random.nextInt(8)) {
            case 0 -> "DROP TABLE " + table;
            case 1 -> "DELETE FROM " + table;
            case 2 -> "ALTER TABLE %s DROP COLUMN %s".formatted(table, column);
            case 3 -> "INSERT INTO %s SELECT * FROM %s".formatted(table, table);
            default -> "UPDATE %s SET %s = %s".formatted(table, column, one(CELLS.get(TABLES.get(table).get(column)), random));
        };
    }

    private static <T> T one(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static void read(Path file) throws RefractException {
        try (FeatureIndex index = FeatureIndex.open(file)) {
            index.allFeatures();
            index.features(FeatureQuery.search("red"));
            index.details(0, LATENTS, 4, 4);
            index.densities(4);
            for (int latent = 0; latent < LATENTS; latent++) {
                index.feature(latent);
                index.examples(latent, 8);
                index.neighbours(latent, 8);
                index.activations(latent);
            }
        }
    }

    private Path atlas() {
        Path file = folder.resolve("sound.duckdb");
        AtlasFacts facts = new AtlasFacts(new HookPoint("unet.mid_block", Site.UPDATE), "tiny", "sha256:0", "topk", LATENTS, 4, 12, 72, 2, 3, Map.of("labeler", "captions"));
        long[] histogram = new long[ActivationBins.COUNT];
        histogram[31] = 4;
        try (FeatureIndexWriter writer = FeatureIndexWriter.create(file, facts, Map.of(0L, "red heart", 7L, "blue car"))) {
            for (int latent = 0; latent < LATENTS; latent++) {
                Label label = new Label("red", 3.5, "captions", List.of(new Label.Term("red", 3.5), new Label.Term("other", 1)));
                writer.add(new Feature(latent, 0.5, 1, 2, 0.25, latent == 0 ? Optional.empty() : Optional.of(label)), 2,
                        List.of(new org.refract.api.analysis.Example(7, "blue car", 0.75, 3, new float[] {0, 1.5f, 0, 2, 3, 4}, 2, 3)),
                        List.of(new Neighbour((latent + 1) % LATENTS, 0.5, 0.125, Optional.of("red"))), histogram);
            }
            writer.commit();
        } catch (RefractException e) {
            throw new AssertionError(e);
        }
        return file;
    }
}

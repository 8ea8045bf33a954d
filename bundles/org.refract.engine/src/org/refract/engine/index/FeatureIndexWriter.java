package org.refract.engine.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.engine.file.MadeBeside;

/**
 * Writes an atlas beside its place; {@link #commit()} puts it there. Closed without a commit it leaves nothing. Rows come
 * in order of the latent.
 */
public final class FeatureIndexWriter implements AutoCloseable {
    private final Path file;
    private final MadeBeside made;
    private final DuckDBConnection database;
    private final DuckDBAppender features;
    private final DuckDBAppender examples;
    private final DuckDBAppender neighbours;
    private final DuckDBAppender histograms;
    private boolean open = true;

    private final List<DuckDBAppender> appenders = new ArrayList<>();

    private FeatureIndexWriter(Path file, MadeBeside made, DuckDBConnection database) throws SQLException {
        this.file = file;
        this.made = made;
        this.database = database;
        try {
            features = begun("features");
            examples = begun("examples");
            neighbours = begun("neighbours");
            histograms = begun("histograms");
        } catch (SQLException | RuntimeException | Error e) {
            abandon(e);
            throw e;
        }
    }

    /**
     * Begins an atlas.
     *
     * @param file    where it will stand; its folder is made if need be
     * @param prompts the recordings' prompts by number
     * @throws RefractException if something else than an atlas stands there, or its folder cannot be written to
     */
    public static FeatureIndexWriter create(Path file, AtlasFacts facts, Map<Long, String> prompts) throws RefractException {
        AtlasDatabase.checkReplaceable(file);
        MadeBeside made = MadeBeside.of(file);
        try {
            FeatureIndexWriter writer = new FeatureIndexWriter(file, made, AtlasDatabase.create(made.path()));
            try {
                writer.writeMeta(facts);
                writer.writePrompts(prompts);
                return writer;
            } catch (SQLException | RuntimeException | Error e) {
                writer.abandon(e);
                throw e;
            }
        } catch (SQLException e) {
            RefractException said = AtlasDatabase.unwritable(file, e);
            removed(made, said);
            throw said;
        } catch (RefractException | RuntimeException | Error e) {
            removed(made, e);
            throw e;
        }
    }

    /** What is said is the first failure, whatever cleaning up after it meets. */
    private static void removed(MadeBeside made, Throwable failure) {
        try {
            made.close();
        } catch (RefractException | RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** Ends everything after a failure; DuckDB keeps a file open for as long as one of its appenders is. */
    private void abandon(Throwable failure) {
        open = false;
        for (DuckDBAppender appender : appenders) {
            try {
                appender.close();
            } catch (SQLException | RuntimeException | Error e) {
                failure.addSuppressed(e);
            }
        }
        try {
            database.close();
        } catch (SQLException | RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    private void writePrompts(Map<Long, String> prompts) throws SQLException {
        try (DuckDBAppender recordings = appender("recordings")) {
            for (Map.Entry<Long, String> prompt : prompts.entrySet()) {
                recordings.beginRow().append(prompt.getKey().longValue()).append(prompt.getValue()).endRow();
            }
        }
    }

    private void writeMeta(AtlasFacts facts) throws SQLException {
        try (DuckDBAppender meta = appender("meta")) {
            meta(meta, "schema", AtlasDatabase.SCHEMA);
            meta(meta, "point", facts.point());
            meta(meta, "model", facts.model());
            meta(meta, "model_fingerprint", facts.modelFingerprint());
            meta(meta, "variant", facts.variant());
            meta(meta, "latents", facts.latents());
            meta(meta, "width", facts.width());
            meta(meta, "recordings", facts.recordings());
            meta(meta, "positions", facts.positions());
            meta(meta, "rows", facts.rows());
            meta(meta, "columns", facts.columns());
            for (Map.Entry<String, String> fact : new TreeMap<>(facts.further()).entrySet()) {
                meta(meta, fact.getKey(), fact.getValue());
            }
        }
    }

    private static void meta(DuckDBAppender meta, String key, Object value) throws SQLException {
        meta.beginRow().append(key).append(String.valueOf(value)).endRow();
    }

    /**
     * Adds a feature with all that is known of it.
     *
     * @param recordings in how many recordings it was active
     * @param positions  its activation histogram, {@link ActivationBins#COUNT} counts
     */
    public void add(Feature feature, long recordings, List<Example> top, List<Neighbour> nearest, long[] positions) throws RefractException {
        try {
            int latent = feature.latent();
            Label label = feature.label().orElse(new Label("", 0, "", List.of()));
            features.beginRow().append(latent).append(feature.density()).append(feature.mean()).append(feature.max()).append(feature.std())
                    .append(recordings).append(label.text()).append(label.score()).append(label.source())
                    .append(label.terms().stream().map(Label.Term::text).toList()).append(label.terms().stream().map(Label.Term::score).toList())
                    .endRow();
            for (int rank = 0; rank < top.size(); rank++) {
                Example example = top.get(rank);
                examples.beginRow().append(latent).append(rank).append(example.recording()).append(example.strength()).append(example.max())
                        .append(bytes(example.map())).endRow();
            }
            for (int rank = 0; rank < nearest.size(); rank++) {
                Neighbour neighbour = nearest.get(rank);
                neighbours.beginRow().append(latent).append(rank).append(neighbour.latent()).append(neighbour.cosine())
                        .append(neighbour.coactivation()).endRow();
            }
            for (int bin = 0; bin < positions.length; bin++) {
                if (positions[bin] > 0) {
                    histograms.beginRow().append(latent).append(bin).append(positions[bin]).endRow();
                }
            }
        } catch (SQLException e) {
            throw AtlasDatabase.unwritable(file, e);
        }
    }

    /** Puts the finished atlas in its place. */
    public void commit() throws RefractException {
        try {
            for (DuckDBAppender appender : appenders) {
                appender.close();
            }
            appenders.clear();
            String digest = AtlasDigest.of(database);
            try (DuckDBAppender meta = appender("meta")) {
                meta(meta, AtlasDigest.KEY, digest);
            }
            try (Statement statement = database.createStatement()) {
                statement.execute("CHECKPOINT");
            }
            open = false;
            database.close();
            made.commit();
        } catch (SQLException e) {
            throw AtlasDatabase.unwritable(file, e);
        }
    }

    /** Rows that wait in an appender are nobody's: what cannot be written of them is no failure. */
    @Override
    public void close() throws RefractException {
        try (made) {
            if (open) {
                abandon(new IllegalStateException("not committed"));
            }
        }
    }

    private DuckDBAppender begun(String table) throws SQLException {
        DuckDBAppender appender = appender(table);
        appenders.add(appender);
        return appender;
    }

    private DuckDBAppender appender(String table) throws SQLException {
        return database.createAppender("main", table);
    }

    private static byte[] bytes(float[] map) {
        byte[] bytes = new byte[map.length * Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(map);
        return bytes;
    }
}

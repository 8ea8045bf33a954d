package org.refract.engine.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.duckdb.DuckDBConnection;
import org.refract.api.RefractException;
import org.refract.api.analysis.Example;
import org.refract.api.analysis.Feature;
import org.refract.api.analysis.Label;
import org.refract.api.model.HookPoint;

/**
 * The atlas of one sparse autoencoder, opened to be read. It may be used from several threads, and any number of processes
 * may read one file; a rebuilt atlas takes the place of the file, and whoever has the old one open goes on reading the old one.
 *
 * <p>The tables are described in {@code schema.sql} beside this class; any DuckDB client can read them.
 */
public final class FeatureIndex implements AutoCloseable {
    /** Whether the tables hold what {@code meta} says. */
    private static final String WHOLE = "SELECT count(*) = ? AND count(DISTINCT latent) = count(*) AND coalesce(min(latent), 0) = 0 AND coalesce(max(latent), -1) = ?"
            + " AND coalesce(bool_and(len(label_terms) = len(label_term_scores)), true)"
            + " AND NOT EXISTS (SELECT 1 FROM histograms WHERE bin NOT BETWEEN 0 AND ?) FROM features";
    private static final String COLUMNS = "latent, density, mean, max, std, label, label_score, label_source, label_terms, label_term_scores";

    private final Path file;
    private final DuckDBConnection database;
    private final AtlasFacts facts;
    private final Optional<String> digest;

    private FeatureIndex(Path file, DuckDBConnection database, Map<String, String> meta) throws RefractException {
        this.file = file;
        this.database = database;
        this.digest = Optional.ofNullable(meta.remove(AtlasDigest.KEY));
        this.facts = facts(meta);
    }

    /**
     * Opens an atlas.
     *
     * @throws RefractException if there is none, it is damaged, or another version of Refract wrote it
     */
    public static FeatureIndex open(Path file) throws RefractException {
        DuckDBConnection database = AtlasDatabase.read(file);
        try {
            FeatureIndex index = new FeatureIndex(file, database, meta(file, database));
            checkWhole(database, index.facts);
            return index;
        } catch (SQLException | RefractException | IllegalArgumentException e) {
            close(database);
            if (e instanceof RefractException sentence) {
                throw sentence;
            }
            throw RefractException.usage(e, "%s is not an atlas, or it is damaged (%s); build it again with refract atlas.",
                    file, AtlasDatabase.firstLine(e));
        }
    }

    private static Map<String, String> meta(Path file, Connection database) throws SQLException, RefractException {
        Map<String, String> meta = new HashMap<>();
        try (var statement = database.createStatement(); var rows = statement.executeQuery("SELECT key, value FROM meta")) {
            while (rows.next()) {
                meta.put(rows.getString(1), rows.getString(2));
            }
        }
        if (!String.valueOf(AtlasDatabase.SCHEMA).equals(meta.remove("schema"))) {
            throw RefractException.usage("The atlas %s was written by another version of Refract; build it again with refract atlas.", file);
        }
        return meta;
    }

    private static AtlasFacts facts(Map<String, String> meta) throws RefractException {
        String point = take(meta, "point");
        return new AtlasFacts(HookPoint.parse(point), take(meta, "model"), take(meta, "model_fingerprint"), take(meta, "variant"),
                Integer.parseInt(take(meta, "latents")), Integer.parseInt(take(meta, "width")), Long.parseLong(take(meta, "recordings")),
                Long.parseLong(take(meta, "positions")), Integer.parseInt(take(meta, "rows")), Integer.parseInt(take(meta, "columns")), meta);
    }

    /** That every feature is there once, with as many scores as terms, and no histogram has bins that there are not. */
    private static void checkWhole(Connection database, AtlasFacts facts) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(WHOLE)) {
            statement.setLong(1, facts.latents());
            statement.setLong(2, facts.latents() - 1L);
            statement.setLong(3, ActivationBins.COUNT - 1L);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next() || !rows.getBoolean(1)) {
                    throw new IllegalArgumentException("its tables do not fit its %d features".formatted(facts.latents()));
                }
            }
        }
    }

    private static String take(Map<String, String> meta, String key) {
        String value = meta.remove(key);
        if (value == null) {
            throw new IllegalArgumentException("the table meta has no " + key);
        }
        return value;
    }

    /** What it is an atlas of. */
    public AtlasFacts facts() {
        return facts;
    }

    /** The SHA-256 of all rows in their order, the same for two atlases of the same; older atlases do not say it. */
    public Optional<String> digest() {
        return digest;
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** One page of the features that fit a query. */
    public FeaturePage features(FeatureQuery query) throws RefractException {
        List<String> words = query.text().isBlank() ? List.of() : List.of(query.text().strip().toLowerCase(Locale.ROOT).split("\\s+"));
        String chosen = words.isEmpty() ? "chosen AS (SELECT *, 0.0 AS relevance FROM features)" : found(words.size());
        String where = query.aliveOnly() ? " WHERE density > 0" : "";
        String order = query.sort().expression() + (query.descending() ? " DESC" : " ASC") + ", latent ASC";
        String sql = "WITH " + chosen + " SELECT " + COLUMNS + ", count(*) OVER () AS total FROM chosen" + where
                + " ORDER BY " + order + " LIMIT " + query.limit() + " OFFSET " + query.offset();
        Object[] parameters = new Object[words.size() * 2];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = words.get(i % words.size());
        }
        long[] total = {0};
        List<Feature> page = rows(sql, row -> {
            total[0] = row.getLong("total");
            return feature(row);
        }, parameters);
        if (page.isEmpty() && query.offset() > 0) {
            total[0] = rows("WITH " + chosen + " SELECT count(*) FROM chosen" + where, row -> row.getLong(1), parameters).getFirst();
        }
        return new FeaturePage(total[0], page);
    }

    /** Features whose label or terms, or whose examples' prompts, hold every word; {@code relevance} is 2 for a label plus the share of examples. */
    private static String found(int words) {
        String inPrompt = String.join(" AND ", Collections.nCopies(words, "contains(lower(prompt), ?)"));
        String inLabel = String.join(" AND ", Collections.nCopies(words, "contains(words, ?)"));
        return "prompts AS (SELECT recording FROM recordings WHERE " + inPrompt + "),"
                + " hits AS (SELECT latent, count(*) FILTER (recording IN (FROM prompts)) / count(*) AS share FROM examples GROUP BY latent),"
                + " named AS (SELECT *, lower(label || ' ' || array_to_string(label_terms, ' ')) AS words FROM features),"
                + " joined AS (SELECT named.*, coalesce(share, 0) + CASE WHEN " + inLabel + " THEN 2 ELSE 0 END AS relevance"
                + " FROM named LEFT JOIN hits USING (latent)),"
                + " chosen AS (SELECT * FROM joined WHERE relevance > 0)";
    }

    /** One feature. */
    public Feature feature(int latent) throws RefractException {
        require(latent);
        return rows("SELECT " + COLUMNS + " FROM features WHERE latent = ?", FeatureIndex::feature, latent).getFirst();
    }

    /** All features in order of the dictionary, for work on the whole of it. */
    public List<Feature> allFeatures() throws RefractException {
        return rows("SELECT " + COLUMNS + " FROM features ORDER BY latent", FeatureIndex::feature);
    }

    /** In how many recordings a feature was active. */
    public long activeRecordings(int latent) throws RefractException {
        require(latent);
        return rows("SELECT recordings FROM features WHERE latent = ?", row -> row.getLong(1), latent).getFirst();
    }

    /** The strongest examples of a feature, the strongest first. */
    public List<Example> examples(int latent, int limit) throws RefractException {
        require(latent);
        return rows("SELECT recording, coalesce(prompt, '') AS prompt, strength, max, map FROM"
                + " (SELECT * FROM examples WHERE latent = ? ORDER BY rank LIMIT ?) LEFT JOIN recordings USING (recording) ORDER BY rank",
                this::example, latent, limit);
    }

    /** The features nearest to a feature, the nearest first. */
    public List<Neighbour> neighbours(int latent, int limit) throws RefractException {
        require(latent);
        return rows("SELECT n.neighbour, n.cosine, n.coactivation, f.label FROM neighbours n JOIN features f ON f.latent = n.neighbour"
                + " WHERE n.latent = ? ORDER BY n.rank LIMIT ?",
                row -> neighbour(row, 1), latent, limit);
    }

    /** How strong a feature is where it is active: positions by activation. */
    public Histogram activations(int latent) throws RefractException {
        require(latent);
        long[] counts = new long[ActivationBins.COUNT];
        rows("SELECT bin, positions FROM histograms WHERE latent = ?", row -> counts[row.getInt(1)] = row.getLong(2), latent);
        return activations(counts);
    }

    /**
     * The details of many features at once, for work on a whole dictionary: four queries, however many features.
     *
     * @param first      the first feature
     * @param count      how many; fewer come if the dictionary ends before
     * @param examples   how many examples of each
     * @param neighbours how many neighbours of each
     */
    public List<FeatureDetails> details(int first, int count, int examples, int neighbours) throws RefractException {
        require(first);
        int end = Math.min(facts.latents(), first + count);
        Map<Integer, Long> recordings = new HashMap<>();
        Map<Integer, List<Example>> strongest = new HashMap<>();
        Map<Integer, List<Neighbour>> nearest = new HashMap<>();
        Map<Integer, long[]> histograms = new HashMap<>();
        rows("SELECT latent, recordings FROM features WHERE latent >= ? AND latent < ?", row -> recordings.put(row.getInt(1), row.getLong(2)), first, end);
        rows("SELECT latent, recording, coalesce(prompt, '') AS prompt, strength, max, map FROM"
                + " (SELECT * FROM examples WHERE latent >= ? AND latent < ? AND rank < ?) LEFT JOIN recordings USING (recording) ORDER BY latent, rank",
                row -> strongest.computeIfAbsent(row.getInt("latent"), f -> new ArrayList<>()).add(example(row)), first, end, examples);
        rows("SELECT n.latent, n.neighbour, n.cosine, n.coactivation, f.label FROM neighbours n JOIN features f ON f.latent = n.neighbour"
                + " WHERE n.latent >= ? AND n.latent < ? AND n.rank < ? ORDER BY n.latent, n.rank",
                row -> nearest.computeIfAbsent(row.getInt(1), f -> new ArrayList<>()).add(neighbour(row, 2)), first, end, neighbours);
        rows("SELECT latent, bin, positions FROM histograms WHERE latent >= ? AND latent < ?",
                row -> histograms.computeIfAbsent(row.getInt(1), f -> new long[ActivationBins.COUNT])[row.getInt(2)] = row.getLong(3), first, end);
        List<FeatureDetails> details = new ArrayList<>(end - first);
        for (int f = first; f < end; f++) {
            details.add(new FeatureDetails(f, recordings.getOrDefault(f, 0L), strongest.getOrDefault(f, List.of()), nearest.getOrDefault(f, List.of()),
                    activations(histograms.getOrDefault(f, new long[ActivationBins.COUNT]))));
        }
        return details;
    }

    private Example example(ResultSet row) throws SQLException {
        return new Example(row.getLong("recording"), row.getString("prompt"), row.getDouble("strength"), row.getDouble("max"), map(row.getBlob("map")),
                facts.rows(), facts.columns());
    }

    private float[] map(Blob blob) throws SQLException {
        if (blob.length() != (long) Float.BYTES * facts.rows() * facts.columns()) {
            throw new SQLException("a map of %d bytes is not one of %d x %d numbers".formatted(blob.length(), facts.rows(), facts.columns()));
        }
        byte[] bytes = blob.getBytes(1, (int) blob.length());
        float[] map = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(map);
        return map;
    }

    private static Neighbour neighbour(ResultSet row, int column) throws SQLException {
        return new Neighbour(row.getInt(column), row.getDouble(column + 1), row.getDouble(column + 2),
                Optional.of(row.getString(column + 3)).filter(l -> !l.isEmpty()));
    }

    private static Histogram activations(long[] counts) {
        double[] edges = new double[counts.length + 1];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = ActivationBins.edge(i);
        }
        return new Histogram(edges, counts);
    }

    /** Live features by log10 of their density, in bins of {@code 1 / perDecade} decades from 1e-8 to 1. */
    public Histogram densities(int perDecade) throws RefractException {
        int bins = 8 * perDecade;
        long[] counts = new long[bins];
        rows("SELECT greatest(0, least(" + (bins - 1) + ", CAST(floor((log10(density) + 8) * " + perDecade + ") AS INTEGER))) AS bin, count(*)"
                + " FROM features WHERE density > 0 GROUP BY bin", row -> counts[row.getInt(1)] = row.getLong(2));
        double[] edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++) {
            edges[i] = -8 + (double) i / perDecade;
        }
        return new Histogram(edges, counts);
    }

    private void require(int latent) throws RefractException {
        if (latent < 0 || latent >= facts.latents()) {
            throw RefractException.usage("There is no feature %d at %s: its dictionary has the features 0 to %d.", latent,
                    facts.point().path(), facts.latents() - 1);
        }
    }

    private static Feature feature(ResultSet row) throws SQLException {
        String label = row.getString("label");
        Optional<Label> named = label.isEmpty() ? Optional.empty()
                : Optional.of(new Label(label, row.getDouble("label_score"), row.getString("label_source"), terms(row)));
        return new Feature(row.getInt("latent"), row.getDouble("density"), row.getDouble("mean"), row.getDouble("max"), row.getDouble("std"), named);
    }

    private static List<Label.Term> terms(ResultSet row) throws SQLException {
        Array texts = row.getArray("label_terms");
        Array scores = row.getArray("label_term_scores");
        Object[] text = (Object[]) texts.getArray();
        Object[] score = (Object[]) scores.getArray();
        List<Label.Term> terms = new ArrayList<>(text.length);
        for (int i = 0; i < text.length; i++) {
            terms.add(new Label.Term((String) text[i], (Double) score[i]));
        }
        return terms;
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> rows(String sql, Row<T> reader, Object... parameters) throws RefractException {
        try (Connection connection = AtlasDatabase.another(database); PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                List<T> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(reader.read(result));
                }
                return rows;
            }
        } catch (SQLException e) {
            throw RefractException.usage(e, "The atlas %s cannot be read (%s); build it again with refract atlas.", file,
                    AtlasDatabase.firstLine(e));
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a database in memory did not close", e);
        }
    }

    @Override
    public void close() {
        close(database);
    }
}

package org.refract.engine.index;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import org.duckdb.DuckDBConnection;

/**
 * The identity of what an atlas says: the SHA-256 of all rows of all tables in their order. Two atlases of the same have the same, where
 * their files differ: DuckDB draws an identifier for each, and leaves memory that it never set between its columns.
 */
final class AtlasDigest {
    /** Where {@code meta} keeps it. */
    static final String KEY = "rows_sha256";

    private static final List<String> TABLES = List.of("meta", "features", "examples", "recordings", "neighbours", "histograms");

    private AtlasDigest() {
    }

    /** Reads all rows but the one that keeps it; each counts as the SHA-256 of its text. */
    static String of(DuckDBConnection atlas) throws SQLException {
        MessageDigest all = sha256();
        for (String table : TABLES) {
            all.update(table.getBytes(StandardCharsets.UTF_8));
            String others = table.equals("meta") ? " WHERE key <> '" + KEY + "'" : "";
            try (Statement statement = atlas.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT sha256(CAST(one AS VARCHAR)) FROM " + table + " AS one" + others + " ORDER BY one.rowid")) {
                while (rows.next()) {
                    all.update(rows.getString(1).getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
        return HexFormat.of().formatHex(all.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

package org.refract.engine.index;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.refract.api.RefractException;
import org.refract.engine.file.FileFailure;
import org.refract.engine.tensor.DeviceExecutor;

/** How atlas files are opened: by the driver itself, so that no class loader has to find it. */
final class AtlasDatabase {
    /** Raised whenever a table of {@code schema.sql} changes. */
    static final int SCHEMA = 1;

    private static final String USE_ATLAS = "USE atlas";
    /** No query reaches another file or the network. */
    private static final String CLOSED_WORLD = "SET enable_external_access = false";

    /** An atlas is small. */
    private static final int MOST_THREADS = 2;

    /** A DuckDB file says so after the checksum of its first block. */
    private static final String MAGIC = "DUCK";
    private static final int MAGIC_AT = 8;

    private AtlasDatabase() {
    }

    /**
     * An existing file, unchangeable; any number of openings, in any number of processes, may stand at once. Each has an engine of its own
     * that the file is attached to: DuckDB shares one engine among all openings of one path in a process, so a rebuilt atlas would be read
     * as the old one for as long as anybody has that open.
     */
    static DuckDBConnection read(Path file) throws RefractException {
        if (!Files.isRegularFile(file)) {
            throw RefractException.usage("There is no atlas at %s; build one with refract unpack or refract atlas.", file);
        }
        try {
            DuckDBConnection connection = connect("");
            try (Statement statement = connection.createStatement()) {
                statement.execute("ATTACH '" + file.toAbsolutePath().toString().replace("'", "''") + "' AS atlas (READ_ONLY)");
                statement.execute(USE_ATLAS);
                statement.execute(CLOSED_WORLD);
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw RefractException.usage(e, "%s is not an atlas, or it is damaged (%s); build it again with refract atlas.",
                    file, firstLine(e));
        }
    }

    /**
     * Looks at the place of a new atlas; a database there, damaged or not, is an older one.
     *
     * @throws RefractException if something else stands there
     */
    static void checkReplaceable(Path file) throws RefractException {
        if (!Files.exists(file)) {
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(MAGIC_AT + MAGIC.length());
            if (head.length == 0 || head.length == MAGIC_AT + MAGIC.length() && new String(head, MAGIC_AT, MAGIC.length(), StandardCharsets.US_ASCII).equals(MAGIC)) {
                return;
            }
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        throw RefractException.usage("%s is there and is no atlas, so it is not replaced: move it away.", file);
    }

    /** One more connection to what {@link #read} opened, for one query. */
    static DuckDBConnection another(DuckDBConnection opened) throws SQLException {
        DuckDBConnection connection = opened.duplicate();
        try (Statement statement = connection.createStatement()) {
            statement.execute(USE_ATLAS);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A new file with empty tables. */
    static DuckDBConnection create(Path file) throws RefractException {
        try {
            DuckDBConnection connection = connect(file.toAbsolutePath().toString());
            try (Statement statement = connection.createStatement()) {
                statement.execute(CLOSED_WORLD);
                statement.execute(schema());
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw unwritable(file, e);
        } catch (IOException e) {
            throw new IllegalStateException("the bundle lacks schema.sql", e);
        }
    }

    /** The sentence for an atlas that DuckDB could not write: what the system said to DuckDB stands in what that says. */
    static RefractException unwritable(Path file, SQLException e) {
        return FileFailure.writing(file, new IOException(firstLine(e), e));
    }

    private static DuckDBConnection connect(String file) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("threads", Integer.toString(Math.min(MOST_THREADS, DeviceExecutor.wantedThreads())));
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        return (DuckDBConnection) new DuckDBDriver().connect("jdbc:duckdb:" + file, settings);
    }

    private static String schema() throws IOException {
        try (InputStream in = AtlasDatabase.class.getResourceAsStream("schema.sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What the database says, without its advice. */
    static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    }
}

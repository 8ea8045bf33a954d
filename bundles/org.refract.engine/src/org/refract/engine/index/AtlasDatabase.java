package org.refract.engine.index;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.refract.api.RefractException;

/** How atlas files are opened: by the driver itself, so that no class loader has to find it. */
final class AtlasDatabase {
    /** Raised whenever a table of {@code schema.sql} changes. */
    static final int SCHEMA = 1;

    /** Keeps the longest spelling well below the shortest limit of path lengths. */
    private static final int SPELLINGS = 499;

    private AtlasDatabase() {
    }

    /** An existing file, unchangeable; any number of openings, in any number of processes, may stand at once. */
    static DuckDBConnection read(Path file) throws RefractException {
        if (!Files.isRegularFile(file)) {
            throw RefractException.usage("There is no atlas at %s; build one with refract unpack or refract atlas.", file);
        }
        try {
            return connect(spelling(file), true);
        } catch (SQLException | IOException e) {
            throw RefractException.failure(e, "%s is not an atlas, or it is damaged (%s); build it again with refract atlas.",
                    file, firstLine(e));
        }
    }

    /** A new file with empty tables. */
    static DuckDBConnection create(Path file) throws RefractException {
        try {
            DuckDBConnection connection = connect(file.toAbsolutePath().toString(), false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(schema());
            }
            return connection;
        } catch (SQLException | IOException e) {
            throw RefractException.failure(e, "The atlas %s cannot be written: %s.", file, firstLine(e));
        }
    }

    private static DuckDBConnection connect(String file, boolean readOnly) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("threads", "2");
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        settings.setProperty(DuckDBDriver.DUCKDB_READONLY_PROPERTY, String.valueOf(readOnly));
        Connection connection = new DuckDBDriver().connect("jdbc:duckdb:" + file, settings);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET enable_external_access = false");
            return (DuckDBConnection) connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * A path of the file that no other version of it has. DuckDB shares one database among all openings of one path in a process,
     * so a rebuilt atlas would be read as the old one for as long as anybody has that open.
     */
    private static String spelling(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Object key = Files.readAttributes(absolute, BasicFileAttributes.class).fileKey();
        return absolute.getParent() + "/" + "./".repeat(Math.floorMod(Objects.hashCode(key), SPELLINGS)) + absolute.getFileName();
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

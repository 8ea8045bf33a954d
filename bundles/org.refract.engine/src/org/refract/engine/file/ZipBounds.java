package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.refract.api.RefractException;

/** Opens zip archives of tensors and refuses those that would unpack to more than weights can. */
final class ZipBounds {

    private static final int MOST_ENTRIES = 100_000;
    private static final long SLACK = 64L << 20;
    /** Weights of noise hardly shrink; those that were pruned to a tenth, tenfold. */
    private static final long RATIO = 16;

    private ZipBounds() {
    }

    /** Opens an archive; {@code kind} is what sentences call it. */
    static ZipFile open(Path file, String kind) throws IOException, RefractException {
        try {
            ZipFile zip = new ZipFile(file.toFile());
            if (zip.size() > MOST_ENTRIES) {
                zip.close();
                throw RefractException.failure("%s is refused: %d files in one %s archive are too many.", file, zip.size(), kind);
            }
            return zip;
        } catch (ZipException e) {
            throw RefractException.failure(e, "%s is not a sound %s archive (%s): it may be cut short; get it again.", file, kind, e.getMessage());
        }
    }

    /** Refuses an archive with compressed or overlapping entries, as torch never writes them. */
    static void stored(ZipFile zip, Path file) throws IOException, RefractException {
        long total = 0;
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
            ZipEntry entry = entries.nextElement();
            if (entry.getMethod() != ZipEntry.STORED) {
                throw RefractException.failure("%s is refused: '%s' in it is compressed, which torch never does; save it again with torch.",
                        file, entry.getName());
            }
            total = added(total, entry.getSize(), Files.size(file), file);
        }
    }

    /** Refuses an archive that unpacks to far more than its size. */
    static void bounded(ZipFile zip, Path file) throws IOException, RefractException {
        long total = 0;
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
            total = added(total, entries.nextElement().getSize(), Files.size(file) * RATIO + SLACK, file);
        }
    }

    private static long added(long total, long size, long most, Path file) throws RefractException {
        if (size < 0 || size > most - total) {
            throw RefractException.failure("%s is refused: it would unpack to more than its size allows, as a zip bomb does.", file);
        }
        return total + size;
    }
}

package org.refract.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.refract.api.RefractException;

/** Opens zip archives of tensors and refuses those that would unpack to more than weights can. */
final class ZipBounds {

    private static final int MOST_ENTRIES = 100_000;
    private static final long SLACK = 64L << 20;

    /** An archive's end record (PKWARE, appnote 4.3.16), and how far from a file's end it is looked for. */
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_RECORD = 22;
    private static final int LAST = 1 << 17;

    /** Weights of noise hardly shrink; those that were pruned to a tenth, tenfold. */
    private static final long RATIO = 16;

    private ZipBounds() {
    }

    /** Opens an archive; {@code kind} is what sentences call it. */
    static ZipFile open(Path file, String kind) throws IOException, RefractException {
        try {
            ZipFile zip = sound(file);
            if (zip.size() > MOST_ENTRIES) {
                zip.close();
                throw RefractException.usage("%s is refused: %d files in one %s archive are too many.", file, zip.size(), kind);
            }
            return zip;
        } catch (ZipException e) {
            throw RefractException.usage(e, "%s is not a sound %s archive (%s): it may be cut short; get it again.", file, kind, e.getMessage());
        }
    }

    /** Opens an archive, also one that bytes follow: torch and Python look for its end from behind, and Java's ZipFile does so for small ones only. */
    private static ZipFile sound(Path file) throws IOException {
        try {
            // by its name, so that it may lie in a file system that stands for another one
            return new ZipFile(file.toString());
        } catch (ZipException e) {
            long end = end(file);
            if (end < 0 || end == Files.size(file)) {
                throw e;
            }
            Path whole = Files.createTempFile("refract", ".zip");
            try (FileChannel from = FileChannel.open(file); FileChannel to = FileChannel.open(whole, StandardOpenOption.WRITE)) {
                for (long at = 0; at < end; ) {
                    at += from.transferTo(at, end - at, to);
                }
                return new ZipFile(whole.toFile(), ZipFile.OPEN_READ | ZipFile.OPEN_DELETE);
            } catch (IOException | RuntimeException failed) {
                Files.deleteIfExists(whole);
                throw failed;
            }
        }
    }

    /** Where the last end record of an archive ends, -1 if there is none. */
    private static long end(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long start = Math.max(0, channel.size() - LAST);
            ByteBuffer last = ByteBuffer.allocate((int) (channel.size() - start)).order(ByteOrder.LITTLE_ENDIAN);
            while (last.hasRemaining() && channel.read(last, start + last.position()) >= 0) {
                continue;
            }
            for (int at = last.position() - END_RECORD; at >= 0; at--) {
                if (last.getInt(at) == END_SIGNATURE) {
                    long end = start + at + END_RECORD + (last.getShort(at + END_RECORD - 2) & 0xffff);
                    return end <= channel.size() ? end : -1;
                }
            }
            return -1;
        }
    }

    /** Refuses an archive with compressed or overlapping entries, as torch never writes them. */
    static void stored(ZipFile zip, Path file) throws IOException, RefractException {
        long total = 0;
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
            ZipEntry entry = entries.nextElement();
            if (entry.getMethod() != ZipEntry.STORED) {
                throw RefractException.usage("%s is refused: '%s' in it is compressed, which torch never does; save it again with torch.",
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
            throw RefractException.usage("%s is refused: it would unpack to more than its size allows, as a zip bomb does.", file);
        }
        return total + size;
    }
}

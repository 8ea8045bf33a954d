package org.refract.tck;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The usual file system, of which one call that changes something fails: opening to write, writing, forcing, making, moving, deleting. */
public final class FaultyFiles extends FileSystemProvider {

    /** What a call fails with, and whether later writes fail, too, as they do on a full disk. */
    public enum Fault {
        BROKEN(false, () -> new IOException("Input/output error")), FULL(true, () -> new IOException("No space left on device")),
        MEMORY(false, () -> new OutOfMemoryError("Java heap space"));

        private final boolean stays;
        private final Supplier<Throwable> made;

        Fault(boolean stays, Supplier<Throwable> made) {
            this.stays = stays;
            this.made = made;
        }
    }

    private final FaultyFileSystem system = new FaultyFileSystem(this);
    private final FileSystemProvider usual = Path.of("").getFileSystem().provider();
    private final Fault fault;
    private long left;
    private boolean struck;
    private boolean cleaning;

    /** @param call the number of the call that fails, from 1 */
    public FaultyFiles(Fault fault, long call) {
        this.fault = fault;
        this.left = call;
    }

    /** A path of the usual file system, on which calls may fail. */
    public Path of(Path real) {
        return new FaultyPath(system, real);
    }

    /** Whether the call came. */
    public boolean struck() {
        return struck;
    }

    /** Whether the call that failed was to delete something, which then stays. */
    public boolean failedToDelete() {
        return cleaning;
    }

    void call(boolean needsRoom) throws IOException {
        left--;
        if (fault.stays ? left <= 0 && needsRoom : left == 0) {
            struck = true;
            switch (fault.made.get()) {
                case IOException failed -> throw failed;
                case Error failed -> throw failed;
                default -> throw new AssertionError();
            }
        }
    }

    private static Path real(Path path) {
        return ((FaultyPath) path).real();
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return system;
    }

    @Override
    public Path getPath(URI uri) {
        return of(Path.of(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        if (!options.contains(StandardOpenOption.WRITE)) {
            return usual.newFileChannel(real(path), options, attributes);
        }
        call(true);
        return new FaultyChannel(this, usual.newFileChannel(real(path), options, attributes));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = usual.newDirectoryStream(real(folder), file -> true)) {
            for (Path file : files) {
                Path wrapped = of(file);
                if (filter.accept(wrapped)) {
                    all.add(wrapped);
                }
            }
        }
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return all.iterator();
            }

            @Override
            public void close() {
                all.clear();
            }
        };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        if (!Files.exists(real(folder))) {
            call(true);
        }
        usual.createDirectory(real(folder), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
        boolean before = struck;
        try {
            call(false);
        } finally {
            cleaning |= struck && !before;
        }
        usual.delete(real(path));
    }

    @Override
    public void copy(Path from, Path to, CopyOption... options) throws IOException {
        call(true);
        usual.copy(real(from), real(to), options);
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        call(false);
        usual.move(real(from), real(to), options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return usual.isSameFile(real(one), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return usual.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return usual.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        usual.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return usual.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options) throws IOException {
        return usual.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return usual.readAttributes(real(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        usual.setAttribute(real(path), attribute, value, options);
    }
}

package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.refract.api.RefractException;
import org.refract.engine.tensor.TorchType;

/**
 * The tensors and plain values of a file that {@code torch.save} wrote, a zip archive or the older bare pickle. Names of nested
 * dictionaries are joined with dots ({@code state_dict.encoder.weight}); a file that holds one bare tensor names it {@code ""}.
 *
 * <p>Nothing in the file is executed: see {@link TorchPickle} for the few names that are understood. Strides and offsets are honoured,
 * storages of any device come to the CPU, and a storage that is larger than the file is refused before memory is taken for it.
 */
public final class TorchArchive implements AutoCloseable {

    /** First number of the older form ({@code torch.serialization.MAGIC_NUMBER}). */
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

    private static final int MOST_NAMES = 100_000;

    /** Tensors may share numbers and repeat them; together they are no larger than so many times the file, and something for small ones. */
    private static final long SHARED = 8;
    private static final long REPEATED = 64L << 20;
    private static final int DEEPEST = 32;

    private final Path file;
    private final Optional<ZipFile> zip;
    private final Map<String, TorchPickle.View> views = new LinkedHashMap<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private int visited;

    private TorchArchive(Path file, Optional<ZipFile> zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Opens a file; the tensors' numbers are not read yet.
     *
     * @throws RefractException if there is no such file, it is damaged, or it wants more than tensors: which name
     */
    public static TorchArchive open(Path file) throws RefractException {
        try {
            return isZip(file) ? openZip(file) : openPickle(file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** Whether a file starts as one that {@code torch.save} wrote. */
    public static boolean recognises(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(4);
            return start.length == 4 && (start[0] == 'P' && start[1] == 'K' || start[0] == (byte) 0x80 && start[2] == (byte) 0x8a);
        } catch (IOException e) {
            return false;
        }
    }

    /** The file that was opened. */
    public Path file() {
        return file;
    }

    /** The tensors in the order of the file. */
    public Map<String, TorchTensor> tensors() {
        Map<String, TorchTensor> tensors = new LinkedHashMap<>();
        views.forEach((name, view) -> tensors.put(name, view.tensor()));
        return tensors;
    }

    /** What is not a tensor: {@link String}, {@link Long}, {@link Double} and {@link Boolean} values. */
    public Map<String, Object> values() {
        return Collections.unmodifiableMap(values);
    }

    /** A tensor with the file's element type on the CPU, contiguous. */
    public NDArray read(String name, NDManager out) throws RefractException {
        TorchPickle.View view = views.get(name);
        if (view == null) {
            throw RefractException.usage("%s holds no tensor '%s'.", file, name);
        }
        return view.storage().read(out, view.offset(), view.tensor().shape().getShape(), view.tensor().strides(), view.negative());
    }

    @Override
    public void close() throws RefractException {
        if (zip.isPresent()) {
            try {
                zip.get().close();
            } catch (IOException e) {
                throw FileFailure.reading(file, e);
            }
        }
    }

    private static boolean isZip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 'P' && in.read() == 'K';
        }
    }

    private static TorchArchive openZip(Path file) throws IOException, RefractException {
        ZipFile zip = ZipBounds.open(file, "torch");
        try {
            ZipBounds.stored(zip, file);
            String pickle = zip.stream().map(ZipEntry::getName).filter(n -> n.equals("data.pkl") || n.endsWith("/data.pkl")).findFirst()
                    .orElseThrow(() -> RefractException.usage("%s is not a torch file: it holds no data.pkl.", file));
            String top = pickle.substring(0, pickle.length() - "data.pkl".length());
            ZipEntry order = zip.getEntry(top + "byteorder");
            if (order != null && !new String(zip.getInputStream(order).readNBytes(16)).strip().equals("little")) {
                throw RefractException.usage("%s was written on a big-endian machine: save it again on another one.", file);
            }
            TorchArchive archive = new TorchArchive(file, Optional.of(zip));
            TorchPickle dialect = new TorchPickle(file.toString(), (key, type, n) -> storage(file, zip, top + "data/" + key, type, n));
            try (InputStream in = new BufferedInputStream(zip.getInputStream(zip.getEntry(pickle)))) {
                archive.collect("", Unpickler.read(file.toString(), in, dialect), 0);
            }
            archive.checkSize(Files.size(file));
            return archive;
        } catch (IOException | RefractException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static TorchStorage storage(Path file, ZipFile zip, String name, TorchType type, long elements) throws RefractException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw Unpickler.damaged(file.toString(), "the numbers '%s' are missing", name);
        }
        if (elements > entry.getSize() / type.bytes()) {
            throw Unpickler.damaged(file.toString(), "it claims %d numbers where it has %d bytes", elements, entry.getSize());
        }
        boolean whole = elements * type.bytes() == entry.getSize();
        return new TorchStorage(file.toString(), type, elements, new TorchStorage.Source() {
            @Override
            public InputStream open() throws IOException {
                return zip.getInputStream(entry);
            }

            @Override
            public long checksum() {
                return whole ? entry.getCrc() : -1;
            }
        });
    }

    /** The older form: magic number, protocol 1001, facts of the machine, the values, the storages' keys, then each storage. */
    private static TorchArchive openPickle(Path file) throws IOException, RefractException {
        String name = file.toString();
        long size = Files.size(file);
        TorchArchive archive = new TorchArchive(file, Optional.empty());
        Map<String, Place> places = new LinkedHashMap<>();
        TorchPickle dialect = new TorchPickle(name, (key, type, n) -> {
            if (n > size / type.bytes()) {
                throw Unpickler.damaged(name, "it claims %d numbers where it has %d bytes", n, size);
            }
            Place place = places.computeIfAbsent(key, k -> new Place(file, type, n));
            if (place.type != type || place.elements != n) {
                throw Unpickler.damaged(name, "two tensors disagree about their common numbers");
            }
            return new TorchStorage(name, type, n, place);
        });
        Object values;
        Object keys;
        long at;
        try (CountedInput in = new CountedInput(new BufferedInputStream(Files.newInputStream(file)))) {
            if (in.peek() != 0x80 || !MAGIC.equals(Unpickler.read(name, in, dialect))) {
                throw RefractException.usage("%s is not a torch file: it is neither a zip archive nor a pickle that torch wrote.", file);
            }
            if (!Long.valueOf(1001).equals(Unpickler.read(name, in, dialect))) {
                throw RefractException.usage("%s has an unknown version of torch's older form: save it again with a newer torch.", file);
            }
            Object machine = Unpickler.read(name, in, dialect);
            if (!(machine instanceof Map<?, ?> facts) || !Boolean.TRUE.equals(facts.get("little_endian"))) {
                throw RefractException.usage("%s was written on a big-endian machine: save it again on another one.", file);
            }
            values = Unpickler.read(name, in, dialect);
            keys = Unpickler.read(name, in, dialect);
            at = in.position();
        }
        for (Object key : keys instanceof List<?> list ? list : List.of()) {
            Place place = key instanceof String k ? places.get(k) : null;
            if (place == null || place.start != 0) {
                throw Unpickler.damaged(name, "its storages are not those of its tensors");
            }
            place.start = at + Long.BYTES;
            at = place.start + place.elements * place.type.bytes();
            if (at > size) {
                throw RefractException.usage("%s is cut short: it ends within a tensor; get it again.", file);
            }
        }
        if (places.values().stream().anyMatch(p -> p.start == 0)) {
            throw Unpickler.damaged(name, "the numbers of a tensor are missing");
        }
        archive.collect("", values, 0);
        archive.checkSize(size);
        return archive;
    }

    /** Refuses tensors that would together take far more memory than the file has bytes. */
    private void checkSize(long size) throws RefractException {
        long left = size * SHARED + REPEATED;
        for (TorchPickle.View view : views.values()) {
            try {
                left = Math.subtractExact(left, view.bytes());
            } catch (ArithmeticException e) {
                left = -1;
            }
            if (left < 0) {
                throw RefractException.usage("%s is refused: its tensors would take far more memory than its %d bytes, as they use the same numbers again"
                        + " and again; save them after .clone().", file, size);
            }
        }
    }

    /** Where a storage of the older form lies. */
    private static final class Place implements TorchStorage.Source {
        private final Path file;
        private final TorchType type;
        private final long elements;
        private long start;

        Place(Path file, TorchType type, long elements) {
            this.file = file;
            this.type = type;
            this.elements = elements;
        }

        @Override
        public InputStream open() throws IOException {
            return Channels.newInputStream(FileChannel.open(file).position(start));
        }
    }

    private void collect(String name, Object value, int depth) throws RefractException {
        if (depth > DEEPEST || ++visited > MOST_NAMES) {
            throw Unpickler.damaged(file.toString(), "its values are nested too deeply or are too many");
        }
        switch (value) {
            case TorchPickle.View view -> views.put(name, view);
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    collect(name.isEmpty() ? entry.getKey().toString() : name + "." + entry.getKey(), entry.getValue(), depth + 1);
                }
            }
            case List<?> list -> {
                List<?> items = new ArrayList<>(list);
                for (int i = 0; i < items.size(); i++) {
                    collect(name.isEmpty() ? "" + i : name + "." + i, items.get(i), depth + 1);
                }
            }
            case String text -> values.put(name, text);
            case Long number -> values.put(name, number);
            case Double number -> values.put(name, number);
            case Boolean flag -> values.put(name, flag);
            case Unpickler.Nothing none -> { }
            default -> throw Unpickler.damaged(file.toString(), "its value '%s' is neither a tensor nor a number nor a text", name);
        }
    }
}

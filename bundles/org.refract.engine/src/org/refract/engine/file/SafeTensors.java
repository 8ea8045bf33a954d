package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/**
 * The tensors of a safetensors file, or of several that an index ({@code *.safetensors.index.json}) ties together, mapped into memory.
 *
 * <p>{@link #read} copies nothing on the CPU: the tensor looks at the mapped file. The mapping is torch's, private to the process and
 * copy-on-write, and lives as long as any tensor that looks at it, so tensors outlast this object and writing into one never changes the
 * file. {@link #bytes} looks through a mapping of Java's that ends with {@link #close()}. The files must not be truncated meanwhile.
 */
public final class SafeTensors implements AutoCloseable {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SafeTensors.class, "mapped.ts.py");
    /** A variant's name stands between: {@code model.safetensors.index.fp16.json}, {@code model.safetensors.fp16.index.json}. */
    private static final Pattern INDEX = Pattern.compile(".*\\.safetensors(\\.index(\\.\\w+)?|\\.\\w+\\.index)\\.json");

    private final Path location;
    private final long behind;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, String> metadata;
    private final Arena arena = Arena.ofShared();
    private final Map<Path, MemorySegment> segments = new LinkedHashMap<>();
    private final Map<Path, Map<TorchType, NDArray>> mapped = new LinkedHashMap<>();
    private final Map<Path, FileMark> marks = new LinkedHashMap<>();
    private Optional<Scope> mappings = Optional.empty();
    private boolean kept;

    private SafeTensors(Path location, Map<String, TensorInfo> tensors, Map<String, String> metadata, long behind) {
        this.location = location;
        this.behind = behind;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
        tensors.values().forEach(t -> marks.computeIfAbsent(t.file(), FileMark::of));
    }

    /**
     * Opens a file, an index, or a folder that holds one of them; only headers are read.
     *
     * @throws RefractException if there is no such file or it is damaged: which one, and what is wrong
     */
    public static SafeTensors open(Path location) throws RefractException {
        Path file = Files.isDirectory(location) ? SafeTensorsFolder.choose(location) : location;
        if (INDEX.matcher(file.getFileName().toString()).matches()) {
            return SafeTensorsFolder.open(file);
        }
        SafeTensorsHeader header = header(file);
        return new SafeTensors(file, header.tensors(), header.metadata(), header.behind());
    }

    static SafeTensors of(Path location, Map<String, TensorInfo> tensors, Map<String, String> metadata) {
        return new SafeTensors(location, tensors, metadata, 0);
    }

    static SafeTensorsHeader header(Path file) throws RefractException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return SafeTensorsHeader.read(file, channel);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** The file or index that was opened. */
    public Path location() {
        return location;
    }

    /** The tensors in the order of their bytes. */
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** The tensors' names in the order of their bytes. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** Whether there is such a tensor. */
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** A tensor's description, if there is such a tensor. */
    public Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** A tensor's description. */
    public TensorInfo info(String name) throws RefractException {
        return find(name).orElseThrow(() -> RefractException.usage("%s holds no tensor '%s'.", location, name));
    }

    /** What the file says about itself in {@code __metadata__}; for an index, its {@code metadata}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Bytes behind the last tensor of a single file, which belong to nothing. */
    public long bytesBehind() {
        return behind;
    }

    /** A tensor's bytes, little-endian, row-major; valid until {@link #close()}. */
    public synchronized MemorySegment bytes(String name) throws RefractException {
        TensorInfo info = info(name);
        MemorySegment all = segments.get(info.file());
        if (all == null) {
            try (FileChannel channel = FileChannel.open(info.file(), StandardOpenOption.READ)) {
                all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            } catch (IOException e) {
                throw FileFailure.reading(info.file(), e);
            }
            segments.put(info.file(), all);
        }
        if (info.offset() + info.length() > all.byteSize()) {
            throw RefractException.failure("%s became shorter while it was open: get it again.", info.file());
        }
        return all.asSlice(info.offset(), info.length());
    }

    /** A tensor with the file's element type on the CPU, without a copy where its place in the file is aligned to its elements. */
    public synchronized NDArray read(String name, NDManager out) throws RefractException {
        TensorInfo info = info(name);
        TorchType type = info.type().orElseThrow(() -> RefractException.usage(
                "Tensor '%s' of %s has the element type %s, with which nothing here computes.", name, info.file(), info.dtype()));
        long[] shape = info.shape().getShape();
        if (info.length() == 0) {
            return KERNELS.call(out, "empty", shape, type.number());
        }
        try {
            return info.offset() % type.bytes() == 0
                    ? KERNELS.call(out, "look", mapping(info.file(), type), info.offset() / type.bytes(), info.length() / type.bytes(), shape)
                    : KERNELS.call(out, "copy", mapping(info.file(), TorchType.UINT8), info.offset(), info.length(), shape, type.number());
        } catch (KernelException e) {
            throw RefractException.failure(e, "Tensor '%s' of %s cannot be mapped: %s", name, info.file(), e.getMessage());
        }
    }

    /**
     * As {@link #read}, through a mapping of the tensor's own that ends with it: what was looked at then takes no memory any more. Also after
     * {@link #close()}.
     *
     * @return empty if the file changed since it was opened
     */
    public Optional<NDArray> readAlone(String name, NDManager out) throws RefractException {
        TensorInfo info = info(name);
        TorchType type = info.type().orElse(TorchType.UINT8);
        if (info.length() == 0 || info.type().isEmpty() || info.offset() % type.bytes() != 0 || !FileMark.of(info.file()).equals(marks.get(info.file()))) {
            return Optional.empty();
        }
        try (NDManager step = out.newSubManager()) {
            NDArray file = KERNELS.call(step, "whole", info.file().toAbsolutePath().toString(), (info.offset() + info.length()) / type.bytes(), type.number());
            return Optional.of(KERNELS.call(out, "look", file, info.offset() / type.bytes(), info.length() / type.bytes(), info.shape().getShape()));
        } catch (KernelException e) {
            return Optional.empty();
        }
    }

    /**
     * Maps the files now, so that {@link #read} goes on after {@link #close()} as long as {@code owner} lives, with what the files hold now.
     *
     * @throws RefractException if a file cannot be mapped
     */
    public synchronized void stayReadable(Scope owner) throws RefractException {
        if (mappings.isPresent()) {
            throw new IllegalStateException("tensors were read before");
        }
        mappings = Optional.of(Scope.in(owner.manager(), Placement.CPU));
        kept = true;
        for (TensorInfo info : tensors.values()) {
            if (info.type().isPresent() && info.length() > 0) {
                mapping(info.file(), info.offset() % info.type().get().bytes() == 0 ? info.type().get() : TorchType.UINT8);
            }
        }
    }

    /** A tensor in the scope's element type on the scope's device; integer tensors keep their type. */
    public NDArray read(String name, Scope scope) throws RefractException {
        NDArray raw = read(name, scope.manager());
        boolean floating = info(name).type().filter(TorchType::isFloating).isPresent();
        boolean moves = !scope.placement().device().equals("cpu");
        if (!moves && (!floating || info(name).type().get() == TorchType.of(scope.placement()))) {
            return raw;
        }
        try (raw) {
            return floating ? DTypes.place(scope.manager(), raw, scope.placement()) : DTypes.move(scope.manager(), raw, scope.placement());
        }
    }

    /** The values of a floating tensor. */
    public float[] floats(String name) throws RefractException {
        try (NDArray raw = read(name, mappings().manager())) {
            return Tensors.floats(raw);
        }
    }

    /** The values of an integer tensor. */
    public long[] longs(String name) throws RefractException {
        try (NDArray raw = read(name, mappings().manager())) {
            return Tensors.longs(raw);
        }
    }

    @Override
    public synchronized void close() {
        if (!kept) {
            mappings.ifPresent(Scope::close);
            mapped.clear();
        }
        segments.clear();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** The owner of the mappings; PyTorch is not loaded before a tensor is wanted. */
    private synchronized Scope mappings() {
        if (mappings.isEmpty()) {
            mappings = Optional.of(Scope.open(Placement.CPU));
        }
        return mappings.get();
    }

    /** The whole file as one flat tensor of {@code type}. */
    private NDArray mapping(Path file, TorchType type) throws RefractException {
        Map<TorchType, NDArray> ofFile = mapped.computeIfAbsent(file, f -> new LinkedHashMap<>());
        NDArray known = ofFile.get(type);
        if (known == null) {
            try {
                known = KERNELS.call(mappings(), "whole", file.toAbsolutePath().toString(), Files.size(file) / type.bytes(), type.number());
            } catch (IOException e) {
                throw FileFailure.reading(file, e);
            }
            ofFile.put(type, known);
        }
        return known;
    }
}

package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/**
 * Writes a safetensors file tensor by tensor, or piece by piece, so that it may be larger than memory. Tensors are declared first; their
 * bytes may then come in any order. The file appears with {@link #commit()}, whole; closing without it leaves nothing.
 *
 * <p>The same tensors and metadata give the same bytes. Tensors with larger elements come first, so that each is aligned.
 */
public final class SafeTensorsWriter implements AutoCloseable {

    private static final KernelLibrary KERNELS = KernelLibrary.of(SafeTensorsWriter.class, "pieces.ts.py");
    private static final int ALIGNMENT = 64;
    private static final long PIECE = 64L << 20;

    private final AtomicFile file;
    private final long start;
    private final Map<String, Place> places;
    private final Map<String, Long> written = new LinkedHashMap<>();

    /**
     * A tensor that will be written.
     *
     * @param name its name
     * @param type its element type
     * @param shape its dimensions
     */
    public record Declaration(String name, TorchType type, Shape shape) {

        /** Declares a tensor by its dimensions. */
        public static Declaration of(String name, TorchType type, long... shape) {
            return new Declaration(name, type, new Shape(shape));
        }

        long bytes() {
            return Math.multiplyExact(shape.size(), (long) type.bytes());
        }
    }

    private record Place(Declaration tensor, long offset) {
    }

    private SafeTensorsWriter(AtomicFile file, long start, Map<String, Place> places) {
        this.file = file;
        this.start = start;
        this.places = places;
    }

    /** Begins a file. */
    public static SafeTensorsWriter create(Path target, Map<String, String> metadata, List<Declaration> tensors) throws RefractException {
        List<Declaration> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.<Declaration>comparingInt(t -> -t.type().bytes()).thenComparing(Declaration::name));
        Map<String, Place> places = new LinkedHashMap<>();
        JsonObject header = new JsonObject();
        if (!metadata.isEmpty()) {
            JsonObject said = new JsonObject();
            new TreeMap<>(metadata).forEach(said::addProperty);
            header.add("__metadata__", said);
        }
        long offset = 0;
        for (Declaration tensor : ordered) {
            if (tensor.name().equals("__metadata__") || places.put(tensor.name(), new Place(tensor, offset)) != null) {
                throw new IllegalArgumentException("two tensors cannot be called " + tensor.name());
            }
            header.add(tensor.name(), entry(tensor, offset));
            offset += tensor.bytes();
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (Long.BYTES + text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer bytes = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded - Long.BYTES).put(text);
        while (bytes.hasRemaining()) {
            bytes.put((byte) ' ');
        }
        AtomicFile file = AtomicFile.create(target);
        try {
            file.write(bytes.flip(), 0);
        } catch (RefractException | RuntimeException | Error e) {
            try (file) {
                throw e;
            }
        }
        return new SafeTensorsWriter(file, padded, places);
    }

    /** Writes a whole file from tensors of any element type and device. */
    public static void write(Path target, Map<String, String> metadata, Map<String, NDArray> tensors) throws RefractException {
        List<Declaration> declarations = new ArrayList<>();
        tensors.forEach((name, tensor) -> declarations.add(new Declaration(name, DTypes.of(tensor), tensor.getShape())));
        try (SafeTensorsWriter writer = create(target, metadata, declarations)) {
            for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
                writer.append(tensor.getKey(), tensor.getValue());
            }
            writer.commit();
        }
    }

    /** Writes the next elements of a tensor, row-major; they are converted to the declared type. */
    public void append(String name, NDArray values) throws RefractException {
        TorchType type = place(name).tensor().type();
        try (NDManager all = values.getManager().newSubManager()) {
            long count = values.getShape().size();
            long step = PIECE / type.bytes();
            for (long at = 0; at < count; at += step) {
                try (NDManager piece = all.newSubManager()) {
                    append(name, Tensors.raw(KERNELS.call(piece, "piece", values, at, Math.min(step, count - at), type.number())));
                }
            }
        }
    }

    /** Writes the next bytes of a tensor, little-endian. */
    public void append(String name, ByteBuffer bytes) throws RefractException {
        Place place = place(name);
        long before = written.getOrDefault(name, 0L);
        long after = before + bytes.remaining();
        if (after > place.tensor().bytes()) {
            throw new IllegalArgumentException("tensor " + name + " of shape " + place.tensor().shape() + " is full");
        }
        file.write(bytes, start + place.offset() + before);
        written.put(name, after);
    }

    /** Makes the file appear. Every declared tensor must be complete. */
    public void commit() throws RefractException {
        for (Place place : places.values()) {
            if (written.getOrDefault(place.tensor().name(), 0L) != place.tensor().bytes()) {
                throw new IllegalStateException("tensor " + place.tensor().name() + " is incomplete");
            }
        }
        file.commit();
    }

    @Override
    public void close() throws RefractException {
        file.close();
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException("tensor " + name + " was not declared");
        }
        return place;
    }

    private static JsonObject entry(Declaration tensor, long offset) {
        JsonObject entry = new JsonObject();
        JsonArray shape = new JsonArray();
        for (long dimension : tensor.shape().getShape()) {
            shape.add(dimension);
        }
        JsonArray offsets = new JsonArray();
        offsets.add(offset);
        offsets.add(offset + tensor.bytes());
        entry.addProperty("dtype", tensor.type().safetensors());
        entry.add("shape", shape);
        entry.add("data_offsets", offsets);
        return entry;
    }
}

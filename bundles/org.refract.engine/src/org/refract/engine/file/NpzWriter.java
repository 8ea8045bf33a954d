package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipOutputStream;
import org.refract.api.RefractException;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.TorchType;

/** Writes tensors as a numpy {@code .npz} archive, uncompressed as {@code numpy.savez} does. It appears whole or not at all. */
public final class NpzWriter {

    private static final int ALIGNMENT = 64;

    private NpzWriter() {
    }

    /**
     * Writes a file.
     *
     * @throws RefractException if an element type is one that numpy does not have (bfloat16), or the file cannot be written
     */
    public static void write(Path target, Map<String, NDArray> arrays) throws RefractException {
        try (AtomicFile file = AtomicFile.create(target)) {
            try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(file.stream()) {
                @Override
                public void close() throws IOException {
                    flush();
                }
            })) {
                for (Map.Entry<String, NDArray> array : new TreeMap<>(arrays).entrySet()) {
                    TensorBytes.add(zip, array.getKey() + ".npy", header(array.getKey(), array.getValue()), array.getValue());
                }
            } catch (IOException e) {
                throw FileFailure.writing(target, e);
            }
            file.commit();
        }
    }

    private static byte[] header(String name, NDArray array) throws RefractException {
        long[] shape = array.getShape().getShape();
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", ")) + (shape.length == 1 ? "," : "");
        String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(descr(name, DTypes.of(array)), sizes);
        int length = (10 + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0).putShort((short) (length - 10));
        header.put(text.getBytes(StandardCharsets.US_ASCII));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').array();
    }

    private static String descr(String name, TorchType type) throws RefractException {
        return switch (type) {
            case FLOAT32 -> "<f4";
            case FLOAT64 -> "<f8";
            case FLOAT16 -> "<f2";
            case INT64 -> "<i8";
            case INT32 -> "<i4";
            case INT16 -> "<i2";
            case INT8 -> "|i1";
            case UINT8 -> "|u1";
            case BOOL -> "|b1";
            default -> throw RefractException.usage("An npz file cannot hold '%s' as %s: convert it to fp32 first.", name, type);
        };
    }
}

package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipOutputStream;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.TorchType;

/**
 * Writes a zip archive that {@code torch.load} reads, also with {@code weights_only=True}. It appears whole or not at all; the same content is
 * written as the same bytes, names in alphabetical order.
 */
public final class TorchArchiveWriter {

    private static final KernelLibrary KERNELS = KernelLibrary.of(TorchArchiveWriter.class, "columns.ts.py");

    private final ZipOutputStream zip;
    private final String top;
    private final Pickler pickle = new Pickler();
    private final List<NDArray> storages = new ArrayList<>();
    private final NDManager step;

    private TorchArchiveWriter(ZipOutputStream zip, String top, NDManager step) {
        this.zip = zip;
        this.top = top;
        this.step = step;
    }

    /** A matrix that is kept column by column in the file, as sdxl-unbox keeps its decoder. */
    public record ColumnMajor(NDArray matrix) {
    }

    /**
     * Writes a file.
     *
     * @param root a tensor, or a map of names to tensors, {@link ColumnMajor} matrices, texts, numbers, flags and further maps
     */
    public static void write(Path target, Object root, NDManager manager) throws RefractException {
        try (AtomicFile file = AtomicFile.create(target); NDManager step = manager.newSubManager()) {
            try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(file.stream()) {
                @Override
                public void close() throws IOException {
                    flush();
                }
            })) {
                String name = target.getFileName().toString();
                int dot = name.lastIndexOf('.');
                new TorchArchiveWriter(zip, dot > 0 ? name.substring(0, dot) : name, step).write(root);
            } catch (IOException e) {
                throw FileFailure.writing(target, e);
            }
            file.commit();
        }
    }

    private void write(Object root) throws IOException {
        value(root);
        TensorBytes.add(zip, top + "/data.pkl", pickle.finish());
        TensorBytes.add(zip, top + "/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < storages.size(); i++) {
            TensorBytes.add(zip, top + "/data/" + i, new byte[0], storages.get(i));
        }
        TensorBytes.add(zip, top + "/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    }

    private void value(Object value) {
        switch (value) {
            case NDArray tensor -> {
                long[] shape = tensor.getShape().getShape();
                tensor(tensor, shape, strides(shape));
            }
            case ColumnMajor(NDArray matrix) -> {
                long[] shape = matrix.getShape().getShape();
                tensor(KERNELS.call(step, "transposed", matrix), shape, new long[] {1, shape[0]});
            }
            case Map<?, ?> map -> {
                pickle.begin();
                new TreeMap<>(map).forEach((name, field) -> {
                    pickle.text((String) name);
                    value(field);
                });
                pickle.end();
            }
            case String text -> pickle.text(text);
            case Integer number -> pickle.integer(number);
            case Long number -> pickle.integer(number);
            case Double number -> pickle.real(number);
            case Boolean flag -> pickle.flag(flag);
            default -> throw new IllegalArgumentException("a torch file of ours holds no " + value.getClass().getName());
        }
    }

    private void tensor(NDArray elements, long[] shape, long[] strides) {
        pickle.tensor(storage(DTypes.of(elements)), Integer.toString(storages.size()), new Shape(shape).size(), shape, strides);
        storages.add(elements);
    }

    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(shape[i], 1);
        }
        return strides;
    }

    private static String storage(TorchType type) {
        return switch (type) {
            case FLOAT32 -> "FloatStorage";
            case FLOAT64 -> "DoubleStorage";
            case FLOAT16 -> "HalfStorage";
            case BFLOAT16 -> "BFloat16Storage";
            case INT64 -> "LongStorage";
            case INT32 -> "IntStorage";
            case INT16 -> "ShortStorage";
            case INT8 -> "CharStorage";
            case UINT8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
            default -> throw new IllegalArgumentException("torch files have no storage of " + type);
        };
    }
}

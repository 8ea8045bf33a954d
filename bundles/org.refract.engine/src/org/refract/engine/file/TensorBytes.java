package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/** Tensors as entries of a zip archive that is stored, not compressed, as torch and numpy write them. */
final class TensorBytes {

    private static final KernelLibrary KERNELS = KernelLibrary.of(TensorBytes.class, "pieces.ts.py");
    private static final long PIECE = 64L << 20;

    private TensorBytes() {
    }

    /** Takes bytes in their order. */
    @FunctionalInterface
    private interface Sink {
        void take(byte[] bytes) throws IOException;
    }

    /** Adds an entry of plain bytes. */
    static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        begin(zip, name, content.length, sum.getValue());
        zip.write(content);
        zip.closeEntry();
    }

    /** Adds an entry of a header and a tensor's elements in row-major order, little-endian, in the tensor's own type. */
    static void add(ZipOutputStream zip, String name, byte[] header, NDArray tensor) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(header);
        each(tensor, sum::update);
        begin(zip, name, header.length + tensor.getShape().size() * DTypes.of(tensor).bytes(), sum.getValue());
        OutputStream out = zip;
        out.write(header);
        each(tensor, out::write);
        zip.closeEntry();
    }

    private static void begin(ZipOutputStream zip, String name, long length, long checksum) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(length);
        entry.setCompressedSize(length);
        entry.setCrc(checksum);
        entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
    }

    private static void each(NDArray tensor, Sink sink) throws IOException {
        TorchType type = DTypes.of(tensor);
        long count = tensor.getShape().size();
        long step = PIECE / type.bytes();
        for (long at = 0; at < count; at += step) {
            try (NDManager piece = tensor.getManager().newSubManager()) {
                ByteBuffer bytes = Tensors.raw(KERNELS.call(piece, "piece", tensor, at, Math.min(step, count - at), type.number()));
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                sink.take(copy);
            }
        }
    }
}

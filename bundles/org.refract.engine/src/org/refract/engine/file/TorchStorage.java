package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.tensor.Tensors;
import org.refract.engine.tensor.TorchType;

/**
 * A run of numbers in a file, on which tensors are views.
 *
 * @param file     what sentences call the file
 * @param type     of its elements
 * @param elements how many; known to fit the file
 * @param source   its bytes, little-endian, from the first on
 */
record TorchStorage(String file, TorchType type, long elements, Source source) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(TorchStorage.class, "storage.ts.py");
    private static final int PIECE = 64 << 20;

    /** Bytes that a view which repeats numbers (a stride of 0) may have, though its storage has fewer. */
    private static final long REPEATED = 64L << 20;

    /** Where bytes come from. */
    interface Source {

        /** The bytes from the first on. */
        InputStream open() throws IOException;

        /** The CRC-32 of all bytes, -1 if the file says none. */
        default long checksum() {
            return -1;
        }
    }

    /** A view with sizes, strides and offset in elements, all checked against the storage, as a contiguous tensor with its own memory. */
    NDArray read(NDManager out, long offset, long[] shape, long[] strides) throws RefractException {
        return read(out, offset, shape, strides, false);
    }

    /** The same; {@code negative} if what is meant is the numbers with the other sign, as torch's negative bit says. */
    NDArray read(NDManager out, long offset, long[] shape, long[] strides, boolean negative) throws RefractException {
        check(offset, shape, strides);
        try (NDManager step = out.newSubManager(); InputStream in = source.open()) {
            NDArray whole = KERNELS.call(step, "storage", elements, type.number());
            CRC32 sum = new CRC32();
            int most = PIECE / type.bytes() * type.bytes();
            for (long at = 0, end = elements * type.bytes(); at < end; at += most) {
                byte[] piece = in.readNBytes((int) Math.min(most, end - at));
                if (piece.length < Math.min(most, end - at)) {
                    throw new EOFException();
                }
                sum.update(piece);
                try (NDManager part = step.newSubManager()) {
                    KERNELS.call(part, "fill", whole, Tensors.of(part, piece, piece.length), at / type.bytes());
                }
            }
            if (source.checksum() >= 0 && source.checksum() != sum.getValue()) {
                throw RefractException.usage("%s is damaged: a checksum in it is wrong; get it again.", file);
            }
            return KERNELS.call(out, "view", whole, offset, shape, strides, negative);
        } catch (EOFException e) {
            throw RefractException.usage("%s is cut short: it ends within a tensor; get it again.", file);
        } catch (IOException e) {
            throw RefractException.failure(e, "%s cannot be read: %s.", file, e.getMessage());
        }
    }

    private void check(long offset, long[] shape, long[] strides) throws RefractException {
        try {
            long count = 1;
            long last = offset;
            for (int i = 0; i < shape.length; i++) {
                if (shape[i] < 0 || strides[i] < 0) {
                    throw new ArithmeticException();
                }
                count = Math.multiplyExact(count, shape[i]);
                last = Math.addExact(last, Math.multiplyExact(Math.max(shape[i] - 1, 0), strides[i]));
            }
            if (offset < 0 || count > Math.max(elements, REPEATED / type.bytes()) || count > 0 && last >= elements) {
                throw new ArithmeticException();
            }
        } catch (ArithmeticException e) {
            throw RefractException.usage("%s is not a sound tensor file: a tensor in it reaches beyond its numbers; get it again.", file);
        }
    }
}

package org.refract.nn.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.refract.engine.tensor.TorchType;

/**
 * Whether numbers are finite, told from their bits at the speed of memory: a number is infinite or none at all if its exponent is all
 * ones. Adding one to the lowest bit of an exponent with the sign cleared carries into the sign's place only then, so eight bytes of any
 * format are looked at together.
 *
 * @param exponent the bits of the exponents in eight bytes
 * @param one      the lowest bit of each exponent
 * @param sign     the bit above each exponent
 */
record FiniteBits(long exponent, long one, long sign) {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final FiniteBits FP16 = new FiniteBits(0x7c007c007c007c00L, 0x0400040004000400L, 0x8000800080008000L);
    private static final FiniteBits BF16 = new FiniteBits(0x7f807f807f807f80L, 0x0080008000800080L, 0x8000800080008000L);
    private static final FiniteBits FP32 = new FiniteBits(0x7f8000007f800000L, 0x0080000000800000L, 0x8000000080000000L);
    private static final FiniteBits FP64 = new FiniteBits(0x7ff0000000000000L, 0x0010000000000000L, 0x8000000000000000L);

    /** Whether all numbers in the bytes are finite; integers always are. */
    static boolean all(TorchType type, MemorySegment bytes) {
        return switch (type) {
            case FLOAT16 -> FP16.all(bytes);
            case BFLOAT16 -> BF16.all(bytes);
            case FLOAT32 -> FP32.all(bytes);
            case FLOAT64 -> FP64.all(bytes);
            default -> true;
        };
    }

    private boolean all(MemorySegment bytes) {
        long whole = bytes.byteSize() / Long.BYTES * Long.BYTES;
        long carries = 0;
        for (long at = 0; at < whole; at += Long.BYTES) {
            carries |= (bytes.get(LONG, at) & exponent) + one;
        }
        long last = 0;
        for (long at = whole; at < bytes.byteSize(); at++) {
            last |= (bytes.get(ValueLayout.JAVA_BYTE, at) & 0xffL) << 8 * (at - whole);
        }
        carries |= (last & exponent) + one;
        return (carries & sign) == 0;
    }
}

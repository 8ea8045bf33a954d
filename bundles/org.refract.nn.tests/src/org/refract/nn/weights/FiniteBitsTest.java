package org.refract.nn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.refract.engine.tensor.TorchType;

/** Numbers told from their bits against Java's own idea of finite. */
class FiniteBitsTest {

    @Test
    void halvesAreFiniteWhereJavaSaysSo() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            boolean half = Float.isFinite(Float.float16ToFloat((short) bits));
            boolean brain = Float.isFinite(Float.intBitsToFloat(bits << 16));
            for (int place = 0; place < 5; place += 4) {
                byte[] bytes = new byte[10];
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(2 * place, (short) bits);
                assertEquals(half, FiniteBits.all(TorchType.FLOAT16, MemorySegment.ofArray(bytes)));
                assertEquals(brain, FiniteBits.all(TorchType.BFLOAT16, MemorySegment.ofArray(bytes)));
            }
        }
    }

    @Test
    void singleAndDoublePrecisionAreFiniteWhereJavaSaysSo() {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            int bits = random.nextInt() | (i % 3 == 0 ? 0x7f800000 : 0);
            long wide = random.nextLong() | (i % 3 == 0 ? 0x7ff0000000000000L : 0);
            ByteBuffer single = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(4 * (i % 3), bits);
            ByteBuffer twice = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(8 * (i % 2), wide);
            assertEquals(Float.isFinite(Float.intBitsToFloat(bits)), FiniteBits.all(TorchType.FLOAT32, MemorySegment.ofArray(single.array())));
            assertEquals(Double.isFinite(Double.longBitsToDouble(wide)), FiniteBits.all(TorchType.FLOAT64, MemorySegment.ofArray(twice.array())));
        }
    }
}

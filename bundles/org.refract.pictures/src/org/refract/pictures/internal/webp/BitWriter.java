package org.refract.pictures.internal.webp;

import java.io.ByteArrayOutputStream;

/** Bits, the least significant first. */
final class BitWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long pending;
    private int count;

    void put(int value, int bits) {
        pending |= (value & (1L << bits) - 1) << count;
        count += bits;
        while (count >= 8) {
            bytes.write((int) pending);
            pending >>>= 8;
            count -= 8;
        }
    }

    byte[] bytes() {
        if (count > 0) {
            bytes.write((int) pending);
            pending = 0;
            count = 0;
        }
        return bytes.toByteArray();
    }
}

package org.refract.engine.file;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Numbers of one length with the bytes of each in reverse order: what a machine of the other byte order wrote. */
final class ReversedInput extends FilterInputStream {

    private final byte[] number;
    private int at;
    private int there;

    /** @param bytes of a number */
    ReversedInput(InputStream in, int bytes) {
        super(in);
        this.number = new byte[bytes];
    }

    @Override
    public int read() throws IOException {
        return fill() ? number[number.length - 1 - at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = 0;
        while (count < length && fill()) {
            target[offset + count++] = number[number.length - 1 - at++];
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    /** Whether there is a byte; a number that is cut short is none. */
    private boolean fill() throws IOException {
        if (at == there) {
            there = in.readNBytes(number, 0, number.length);
            at = 0;
        }
        return there == number.length && at < there;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = 0;
        while (skipped < count && read() >= 0) {
            skipped++;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

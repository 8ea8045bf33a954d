package org.refract.engine.file;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;

/** A stream that knows how far it was read. */
final class CountedInput extends FilterInputStream {

    private long position;

    CountedInput(BufferedInputStream in) {
        super(in);
    }

    /** Bytes read so far. */
    long position() {
        return position;
    }

    /** The next byte, which stays to be read; -1 at the end. */
    int peek() throws IOException {
        in.mark(1);
        int next = in.read();
        in.reset();
        return next;
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        position += value < 0 ? 0 : 1;
        return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        position += Math.max(count, 0);
        return count;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

package org.refract.engine.train;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;

/**
 * A TensorBoard event file: records of {@code length (uint64), masked CRC-32C of it, an Event message, masked CRC-32C of that}, all
 * little-endian (TensorFlow, core/lib/io/record_writer.h and core/util/event.proto). Events here have five fields, so they are written by hand
 * instead of by a Protocol Buffers library.
 */
public final class EventFile implements AutoCloseable {

    private static final int MASK = 0xa282ead8;
    private static final String VERSION = "brain.Event:2";

    private final AtomicFile file;
    private final OutputStream out;

    private EventFile(AtomicFile file) {
        this.file = file;
        this.out = new BufferedOutputStream(file.stream());
    }

    /** Begins a file, which appears with {@link #commit()}. */
    public static EventFile create(Path file) throws RefractException {
        return new EventFile(AtomicFile.create(file));
    }

    /** Writes what a file begins with. */
    public void begin(double seconds) throws RefractException {
        ByteArrayOutputStream event = begun(seconds, 0);
        bytes(event, 3, VERSION.getBytes(StandardCharsets.UTF_8));
        record(event.toByteArray());
    }

    /**
     * Adds the numbers of a step.
     *
     * @param seconds since 1970; what draws the same curves again should say the same
     * @param scalars by their tags
     */
    public void add(double seconds, long step, Map<String, Double> scalars) throws RefractException {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        scalars.forEach((tag, number) -> {
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            bytes(value, 1, tag.getBytes(StandardCharsets.UTF_8));
            value.write(2 << 3 | 5);
            value.writeBytes(little(4).putFloat(number.floatValue()).array());
            bytes(summary, 1, value.toByteArray());
        });
        ByteArrayOutputStream event = begun(seconds, step);
        bytes(event, 5, summary.toByteArray());
        record(event.toByteArray());
    }

    /** Gives the file its name. */
    public void commit() throws RefractException {
        try {
            out.flush();
            file.commit();
        } catch (IOException e) {
            throw FileFailure.writing(file.target(), e);
        }
    }

    private static ByteArrayOutputStream begun(double seconds, long step) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.write(1 << 3 | 1);
        event.writeBytes(little(8).putDouble(seconds).array());
        event.write(2 << 3);
        varint(event, step);
        return event;
    }

    private static void bytes(ByteArrayOutputStream message, int field, byte[] bytes) {
        message.write(field << 3 | 2);
        varint(message, bytes.length);
        message.writeBytes(bytes);
    }

    private static void varint(ByteArrayOutputStream message, long number) {
        long rest = number;
        while ((rest & ~0x7fL) != 0) {
            message.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        message.write((int) rest);
    }

    private void record(byte[] data) throws RefractException {
        byte[] length = little(8).putLong(data.length).array();
        try {
            out.write(length);
            out.write(little(4).putInt(masked(length)).array());
            out.write(data);
            out.write(little(4).putInt(masked(data)).array());
        } catch (IOException e) {
            throw FileFailure.writing(file.target(), e);
        }
    }

    private static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws RefractException {
        file.close();
    }
}

package org.refract.engine.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes the pickle of a torch archive, protocol 2 without a memo: dictionaries, texts, numbers and tensors. */
final class Pickler {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickler() {
        out.write(0x80);
        out.write(2);
    }

    /** Begins a dictionary; every field is a {@link #text} and one value. */
    void begin() {
        out.write('}');
        out.write('(');
    }

    /** Ends the dictionary that was begun last. */
    void end() {
        out.write('u');
    }

    void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        int32(utf8.length);
        out.writeBytes(utf8);
    }

    void integer(long value) {
        if (value >= Integer.MIN_VALUE && value <= Integer.MAX_VALUE) {
            out.write('J');
            int32((int) value);
        } else {
            out.write(0x8a);
            out.write(Long.BYTES);
            out.writeBytes(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
        }
    }

    void real(double value) {
        out.write('G');
        out.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(value).array());
    }

    void flag(boolean value) {
        out.write(value ? 0x88 : 0x89);
    }

    /** A tensor that starts with its storage {@code key}. */
    void tensor(String storageType, String key, long elements, long[] shape, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2");
        out.write('(');
        out.write('(');
        text("storage");
        global("torch", storageType);
        text(key);
        text("cpu");
        integer(elements);
        out.write('t');
        out.write('Q');
        integer(0);
        tuple(shape);
        tuple(strides);
        flag(false);
        global("collections", "OrderedDict");
        out.write(')');
        out.write('R');
        out.write('t');
        out.write('R');
    }

    /** The bytes of the whole pickle. */
    byte[] finish() {
        out.write('.');
        return out.toByteArray();
    }

    private void global(String module, String name) {
        out.write('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void tuple(long[] numbers) {
        out.write('(');
        for (long number : numbers) {
            integer(number);
        }
        out.write('t');
    }

    private void int32(int value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }
}

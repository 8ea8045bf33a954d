package org.refract.engine.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;

/**
 * Reads the values of a Python pickle: numbers, texts, lists, dictionaries and what a {@link Dialect} makes of the rest. It calls nothing
 * that the pickle names: a name is looked up in the dialect's list when it is read and refused there if it is not on it, so nothing of a
 * hostile file can run. Opcodes after Python's {@code pickletools}; those that tensor files do not use are refused.
 *
 * <p>Values: {@link Long}, {@link BigInteger}, {@link Double}, {@link Boolean}, {@link String}, {@code byte[]}, {@link List} (lists and
 * tuples), {@link Map}, {@link Nothing}, and the dialect's own.
 */
final class Unpickler {

    /** Python's {@code None}. */
    enum Nothing { NONE }

    /** What the names and references of a pickle mean. */
    interface Dialect {

        /** The meaning of {@code module.name}; throws if it is not on the list. */
        Object global(String module, String name) throws RefractException;

        /** The value of a {@code global} that is called with arguments. */
        Object call(Object global, List<?> arguments) throws RefractException;

        /** The value of a reference to something outside the pickle. */
        Object reference(Object id) throws RefractException;
    }

    private static final Object MARK = new Object();
    private static final int MOST_BYTES = 16 << 20;

    /** An instruction makes a value of some tens of bytes from one byte of the file; a tensor takes about forty of them. */
    private static final int MOST_INSTRUCTIONS = 1 << 20;

    private final String file;
    private final InputStream in;
    private final Dialect dialect;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private long left = MOST_BYTES;

    private Unpickler(String file, InputStream in, Dialect dialect) {
        this.file = file;
        this.in = in;
        this.dialect = dialect;
    }

    /**
     * Reads one pickle and leaves the stream behind its end.
     *
     * @param file what sentences call the file
     */
    static Object read(String file, InputStream in, Dialect dialect) throws RefractException {
        try {
            return new Unpickler(file, in, dialect).run();
        } catch (EOFException e) {
            throw RefractException.usage("%s is cut short: it ends within its list of tensors; get it again.", file);
        } catch (IOException e) {
            throw RefractException.failure(e, "%s cannot be read: %s.", file, e.getMessage());
        }
    }

    /** The sentence for a pickle that is no sound one. */
    static RefractException damaged(String file, String what, Object... values) {
        return RefractException.usage("%s is not a sound torch file: %s; get it again.", file, what.formatted(values));
    }

    private Object run() throws IOException, RefractException {
        for (int instructions = 0; ; instructions++) {
            if (instructions == MOST_INSTRUCTIONS) {
                throw damaged(file, "its list of tensors has more than %d instructions", MOST_INSTRUCTIONS);
            }
            int code = next();
            switch (code) {
                case 0x80 -> next();
                case 0x95 -> number(8);
                case '.' -> {
                    Object value = pop();
                    if (!stack.isEmpty()) {
                        throw damaged(file, "its pickle ends too early");
                    }
                    return value;
                }
                case '(' -> stack.push(MARK);
                case '0' -> pop();
                case '1' -> marked();
                case 'N' -> stack.push(Nothing.NONE);
                case 0x88 -> stack.push(true);
                case 0x89 -> stack.push(false);
                case 'J' -> stack.push((long) (int) number(4));
                case 'K' -> stack.push(number(1));
                case 'M' -> stack.push(number(2));
                case 0x8a -> stack.push(integer(bytes(number(1))));
                case 'G' -> stack.push(ByteBuffer.wrap(bytes(8)).getDouble());
                case 'X' -> stack.push(text(bytes(number(4))));
                case 0x8c -> stack.push(text(bytes(number(1))));
                case 0x8d -> stack.push(text(bytes(number(8))));
                case 'U' -> stack.push(text(bytes(number(1))));
                case 'T' -> stack.push(text(bytes(number(4))));
                case 'C' -> stack.push(bytes(number(1)));
                case 'B' -> stack.push(bytes(number(4)));
                case '}' -> stack.push(new LinkedHashMap<>());
                case ']' -> stack.push(new ArrayList<>());
                case ')' -> stack.push(List.of());
                case 't' -> stack.push(List.copyOf(marked()));
                case 0x85 -> tuple(1);
                case 0x86 -> tuple(2);
                case 0x87 -> tuple(3);
                case 'a' -> append(List.of(pop()));
                case 'e' -> append(marked());
                case 's' -> {
                    Object value = pop();
                    put(List.of(pop(), value));
                }
                case 'u' -> put(marked());
                case 'd' -> {
                    List<Object> items = marked();
                    stack.push(new LinkedHashMap<>());
                    put(items);
                }
                case 'l' -> stack.push(marked());
                case 'q' -> memo.put(number(1), top());
                case 'r' -> memo.put(number(4), top());
                case 0x94 -> memo.put((long) memo.size(), top());
                case 'h' -> recall(number(1));
                case 'j' -> recall(number(4));
                case 'c' -> stack.push(dialect.global(line(), line()));
                case 0x93 -> {
                    String name = text(pop());
                    stack.push(dialect.global(text(pop()), name));
                }
                case 'R' -> {
                    Object arguments = pop();
                    stack.push(dialect.call(pop(), arguments instanceof List<?> list ? list : List.of()));
                }
                case 'b' -> {
                    pop();
                    top();
                }
                case 'Q' -> stack.push(dialect.reference(pop()));
                default -> throw damaged(file, "its pickle has the instruction 0x%02x, which tensor files do not use", code);
            }
        }
    }

    private Object top() throws RefractException {
        Object top = stack.peek();
        if (top == null || top == MARK) {
            throw damaged(file, "a value is missing in its pickle");
        }
        return top;
    }

    private Object pop() throws RefractException {
        top();
        return stack.pop();
    }

    private List<Object> marked() throws RefractException {
        List<Object> values = new ArrayList<>();
        while (!stack.isEmpty()) {
            Object value = stack.pop();
            if (value == MARK) {
                return new ArrayList<>(values.reversed());
            }
            values.add(value);
        }
        throw damaged(file, "a value is missing in its pickle");
    }

    private void tuple(int count) throws RefractException {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(pop());
        }
        stack.push(List.copyOf(values.reversed()));
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> values) throws RefractException {
        if (!(top() instanceof ArrayList<?> list)) {
            throw damaged(file, "its pickle appends to what is no list");
        }
        ((List<Object>) list).addAll(values);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> items) throws RefractException {
        if (!(top() instanceof LinkedHashMap<?, ?> map) || items.size() % 2 != 0) {
            throw damaged(file, "its pickle sets fields of what is no dictionary");
        }
        for (int i = 0; i < items.size(); i += 2) {
            if (!(items.get(i) instanceof String) && !(items.get(i) instanceof Long)) {
                throw damaged(file, "a dictionary of its pickle has a key that is neither a text nor a number");
            }
            ((Map<Object, Object>) map).put(items.get(i), items.get(i + 1));
        }
    }

    private void recall(long place) throws RefractException {
        Object value = memo.get(place);
        if (value == null) {
            throw damaged(file, "its pickle refers to a value that it does not have");
        }
        stack.push(value);
    }

    private int next() throws IOException, RefractException {
        spend(1);
        int code = in.read();
        if (code < 0) {
            throw new EOFException();
        }
        return code;
    }

    private byte[] bytes(long count) throws IOException, RefractException {
        spend(count);
        byte[] bytes = in.readNBytes((int) count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    /** A little-endian number without a sign. */
    private long number(int count) throws IOException, RefractException {
        byte[] bytes = bytes(count);
        long number = 0;
        for (int i = count - 1; i >= 0; i--) {
            number = number << 8 | bytes[i] & 0xff;
        }
        return number;
    }

    private static Object integer(byte[] littleEndian) {
        if (littleEndian.length == 0) {
            return 0L;
        }
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[i] = littleEndian[bigEndian.length - 1 - i];
        }
        BigInteger value = new BigInteger(bigEndian);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private String text(byte[] utf8) throws RefractException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw damaged(file, "a text in its pickle is not UTF-8");
        }
    }

    private String text(Object value) throws RefractException {
        if (value instanceof String text) {
            return text;
        }
        throw damaged(file, "a name in its pickle is no text");
    }

    private String line() throws IOException, RefractException {
        StringBuilder line = new StringBuilder();
        for (int c = next(); c != '\n'; c = next()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private void spend(long count) throws RefractException {
        if (count < 0 || count > left) {
            throw damaged(file, "its list of tensors is longer than %d MiB", MOST_BYTES >> 20);
        }
        left -= count;
    }
}

package org.refract.engine.file;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;

/**
 * Reads the header of a safetensors file: eight bytes with its length (little-endian), JSON of that length, then the tensors' bytes without
 * gap or overlap. Nothing in it is believed: lengths, names, types, dimensions and offsets are checked against each other and against the
 * file before anything is made of them. Memory stays within a small multiple of the header's bytes in the file.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
final class SafeTensorsHeader {

    /** The longest header that the format's own reader accepts, in bytes. */
    static final long LONGEST = 100_000_000;

    private static final int LENGTH_BYTES = 8;
    private static final int MOST_DIMENSIONS = 64;
    private static final int DEEPEST = 4;
    private static final int MOST_DIGITS = 18;

    /** Bits of an element. */
    private static final Map<String, Integer> BITS =
            Map.ofEntries(
                    Map.entry("F4", 4),
                    Map.entry("F6_E2M3", 6),
                    Map.entry("F6_E3M2", 6),
                    Map.entry("BOOL", 8),
                    Map.entry("U8", 8),
                    Map.entry("I8", 8),
                    Map.entry("F8_E5M2", 8),
                    Map.entry("F8_E4M3", 8),
                    Map.entry("F8_E8M0", 8),
                    Map.entry("F8_E4M3FNUZ", 8),
                    Map.entry("F8_E5M2FNUZ", 8),
                    Map.entry("I16", 16),
                    Map.entry("U16", 16),
                    Map.entry("F16", 16),
                    Map.entry("BF16", 16),
                    Map.entry("I32", 32),
                    Map.entry("U32", 32),
                    Map.entry("F32", 32),
                    Map.entry("C64", 64),
                    Map.entry("F64", 64),
                    Map.entry("I64", 64),
                    Map.entry("U64", 64));

    private final Path file;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private long behind;

    private SafeTensorsHeader(Path file) {
        this.file = file;
    }

    /** The tensors in the order of their bytes. */
    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** What the file says about itself. */
    Map<String, String> metadata() {
        return metadata;
    }

    /** Bytes behind the last tensor. */
    long behind() {
        return behind;
    }

    static SafeTensorsHeader read(Path file, FileChannel channel) throws IOException, RefractException {
        SafeTensorsHeader header = new SafeTensorsHeader(file);
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw header.damaged("it has %d bytes, fewer than its length field", size);
        }
        long length = header.bytes(channel, 0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > LONGEST) {
            throw header.damaged("its header is said to have %s bytes, more than the format's %d", Long.toUnsignedString(length), LONGEST);
        }
        if (length > size - LENGTH_BYTES) {
            throw header.damaged("its header is said to have %d bytes, the file has %d", length, size);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(header.bytes(channel, LENGTH_BYTES, (int) length)).toString();
        } catch (CharacterCodingException e) {
            throw header.damaged("its header is not UTF-8 text");
        }
        if (!text.startsWith("{")) {
            throw header.damaged("its header does not start with '{'");
        }
        header.parse(text, LENGTH_BYTES + length, size);
        return header;
    }

    private ByteBuffer bytes(FileChannel channel, long position, int count) throws IOException, RefractException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw damaged("it ends within its header");
            }
        }
        return bytes.flip();
    }

    private void parse(String text, long start, long size) throws RefractException {
        List<TensorInfo> found = new ArrayList<>();
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(DEEPEST);
            reader.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                if (name.equals("__metadata__")) {
                    metadata(reader);
                } else {
                    found.add(tensor(name, reader, start, size));
                }
            }
            reader.endObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw damaged("there is text after its header's end");
            }
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw damaged("its header is not valid JSON");
        }
        layOut(found, start, size);
    }

    private void metadata(JsonReader reader) throws IOException, RefractException {
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            if (reader.peek() != JsonToken.STRING || metadata.put(key, reader.nextString()) != null) {
                throw damaged("its metadata '%s' is not one text", shown(key));
            }
        }
        reader.endObject();
    }

    private TensorInfo tensor(String name, JsonReader reader, long start, long size) throws IOException, RefractException {
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            if (key.equals("dtype") && dtype == null && reader.peek() == JsonToken.STRING) {
                dtype = reader.nextString();
            } else if (key.equals("shape") && shape == null) {
                shape = numbers(name, reader, MOST_DIMENSIONS);
            } else if (key.equals("data_offsets") && offsets == null) {
                offsets = numbers(name, reader, 2);
            } else {
                throw damaged("tensor '%s' has an unexpected field '%s'", shown(name), shown(key));
            }
        }
        reader.endObject();
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw damaged("tensor '%s' lacks its dtype, shape or data_offsets", shown(name));
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (begin > end || end > size - start) {
            throw damaged("tensor '%s' lies at bytes %d to %d, the file has %d after its header", shown(name), begin, end, size - start);
        }
        if (end - begin != length(name, dtype, shape)) {
            throw damaged("tensor '%s' has %d bytes, its shape %s of %s needs another number", shown(name), end - begin, shape, shown(dtype));
        }
        return new TensorInfo(name, dtype, new Shape(shape), file, start + begin, end - begin);
    }

    private List<Long> numbers(String name, JsonReader reader, int most) throws IOException, RefractException {
        List<Long> numbers = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            String digits = reader.peek() == JsonToken.NUMBER ? reader.nextString() : "";
            if (numbers.size() == most || !isNumber(digits)) {
                throw damaged("the numbers of tensor '%s' are not dimensions or offsets", shown(name));
            }
            numbers.add(Long.parseLong(digits));
        }
        reader.endArray();
        return numbers;
    }

    /** Whether a text is digits alone, and no more than fit. */
    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MOST_DIGITS;
    }

    private long length(String name, String dtype, List<Long> shape) throws RefractException {
        Integer bits = BITS.get(dtype);
        if (bits == null) {
            throw damaged("tensor '%s' has the unknown element type '%s'", shown(name), shown(dtype));
        }
        try {
            long all = bits;
            for (long dimension : shape) {
                all = Math.multiplyExact(all, dimension);
            }
            if (all % Byte.SIZE != 0) {
                throw damaged("tensor '%s' does not fill whole bytes", shown(name));
            }
            return all / Byte.SIZE;
        } catch (ArithmeticException e) {
            throw damaged("tensor '%s' has the impossible shape %s", shown(name), shape);
        }
    }

    /** Checks that the tensors lie behind the header without a gap, each byte once; what follows the last one is nobody's and harmless. */
    private void layOut(List<TensorInfo> found, long start, long size) throws RefractException {
        found.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::length));
        long at = start;
        for (TensorInfo tensor : found) {
            if (tensor.offset() != at) {
                throw damaged("the bytes of tensor '%s' %s", shown(tensor.name()), tensor.offset() < at ? "overlap another's" : "follow a gap");
            }
            at += tensor.length();
            if (tensors.put(tensor.name(), tensor) != null) {
                throw damaged("tensor '%s' is there twice", shown(tensor.name()));
            }
        }
        behind = size - at;
    }

    private RefractException damaged(String what, Object... values) {
        return RefractException.usage("%s is not a sound safetensors file: %s; get it again.", file, what.formatted(values));
    }

    private static String shown(String name) {
        String safe = name.replaceAll("\\p{Cntrl}", "?");
        return safe.length() > 80 ? safe.substring(0, 80) + "…" : safe;
    }
}

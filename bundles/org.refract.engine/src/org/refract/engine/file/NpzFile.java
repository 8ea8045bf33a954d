package org.refract.engine.file;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.refract.api.RefractException;
import org.refract.engine.tensor.TorchType;

/**
 * The arrays of a numpy {@code .npz} archive, stored or deflated, of either byte order. Arrays of Python objects are refused, as are archives that unpack to far
 * more than weights can (numpy.lib.format, versions 1 to 3).
 */
public final class NpzFile implements AutoCloseable {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final String END = ".npy";
    private static final int LONGEST_HEADER = 1 << 16;
    private static final Pattern HEADER = Pattern.compile(
            "\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':\\s*(True|False),\\s*'shape':\\s*\\(([0-9, ]*)\\),?\\s*\\}\\s*");

    /** By numpy's names without the byte order. */
    private static final Map<String, TorchType> TYPES = Map.of("f4", TorchType.FLOAT32, "f8", TorchType.FLOAT64, "f2", TorchType.FLOAT16,
            "i8", TorchType.INT64, "i4", TorchType.INT32, "i2", TorchType.INT16, "i1", TorchType.INT8, "u1", TorchType.UINT8, "b1", TorchType.BOOL);

    private final Path file;
    private final ZipFile zip;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(TorchStorage storage, long[] shape, long[] strides) {
    }

    private NpzFile(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Opens an archive; only headers are read.
     *
     * @throws RefractException if there is no such file, it is damaged, or it holds something else than arrays of numbers
     */
    public static NpzFile open(Path file) throws RefractException {
        try {
            ZipFile zip = ZipBounds.open(file, "npz");
            try {
                ZipBounds.bounded(zip, file);
                NpzFile opened = new NpzFile(file, zip);
                for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                    opened.add(all.nextElement());
                }
                return opened;
            } catch (IOException | RefractException | RuntimeException e) {
                zip.close();
                throw e;
            }
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** The names of an archive's arrays, whether they can be read or not; none if it is no sound archive. */
    public static List<String> names(Path file) {
        try (ZipFile zip = ZipBounds.open(file, "npz")) {
            return zip.stream().map(ZipEntry::getName).filter(name -> name.endsWith(END)).map(name -> name.substring(0, name.length() - END.length())).toList();
        } catch (IOException | RefractException unsound) {
            return List.of();
        }
    }

    /** Names and dimensions of the arrays, in the order of the file. */
    public Map<String, Shape> arrays() {
        Map<String, Shape> arrays = new LinkedHashMap<>();
        entries.forEach((name, entry) -> arrays.put(name, new Shape(entry.shape())));
        return Collections.unmodifiableMap(arrays);
    }

    /** An array with the file's element type on the CPU, contiguous. */
    public NDArray read(String name, NDManager out) throws RefractException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw RefractException.usage("%s holds no array '%s'.", file, name);
        }
        return entry.storage().read(out, 0, entry.shape(), entry.strides());
    }

    @Override
    public void close() throws RefractException {
        try {
            zip.close();
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private void add(ZipEntry member) throws IOException, RefractException {
        if (!member.getName().endsWith(END)) {
            throw damaged(member, "it is no array");
        }
        try (InputStream in = zip.getInputStream(member)) {
            byte[] start = in.readNBytes(8);
            if (start.length < 8 || !Arrays.equals(Arrays.copyOf(start, 6), MAGIC) || start[6] < 1 || start[6] > 3) {
                throw damaged(member, "it does not start as an array does");
            }
            byte[] digits = in.readNBytes(start[6] == 1 ? 2 : 4);
            if (digits.length < (start[6] == 1 ? 2 : 4)) {
                throw damaged(member, "its header is cut short");
            }
            ByteBuffer length = ByteBuffer.wrap(digits).order(ByteOrder.LITTLE_ENDIAN);
            int count = start[6] == 1 ? length.getShort() & 0xffff : length.getInt();
            if (count < 0 || count > LONGEST_HEADER) {
                throw damaged(member, "its header is too long");
            }
            byte[] header = in.readNBytes(count);
            add(member, new String(header, StandardCharsets.UTF_8), start.length + digits.length + count);
        }
    }

    private void add(ZipEntry member, String header, int start) throws RefractException {
        Matcher parts = HEADER.matcher(header);
        if (!parts.matches()) {
            throw damaged(member, "its header is not understood");
        }
        String descr = parts.group(1);
        TorchType type = descr.isEmpty() ? null : TYPES.get(descr.substring(1));
        if (type == null || "<>|=".indexOf(descr.charAt(0)) < 0) {
            throw damaged(member, unread(descr));
        }
        boolean bigEndian = descr.charAt(0) == '>' && type.bytes() > 1;
        try {
            long[] shape = Arrays.stream(parts.group(3).split(",")).map(String::strip).filter(s -> !s.isEmpty()).mapToLong(Long::parseLong).toArray();
            long[] strides = new long[shape.length];
            boolean fortran = parts.group(2).equals("True");
            long elements = 1;
            for (int i = 0; i < shape.length; i++) {
                int axis = fortran ? i : shape.length - 1 - i;
                strides[axis] = elements;
                elements = Math.multiplyExact(elements, shape[axis]);
            }
            if (Math.addExact(Math.multiplyExact(elements, (long) type.bytes()), (long) start) > member.getSize()) {
                throw damaged(member, "its dimensions do not fit its length");
            }
            TorchStorage storage = new TorchStorage(file.toString(), type, elements,
                    () -> bigEndian ? new ReversedInput(body(member, start), type.bytes()) : body(member, start));
            String name = member.getName().substring(0, member.getName().length() - END.length());
            if (entries.put(name, new Entry(storage, shape, strides)) != null) {
                throw damaged(member, "it is there twice");
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw damaged(member, "its dimensions are impossible");
        }
    }

    private static String unread(String descr) {
        if (descr.contains("O")) {
            return "it holds Python objects, not numbers";
        }
        if (descr.endsWith("V2")) {
            return "its element type '" + descr + "' is two bytes without a meaning, as numpy keeps bfloat16: save it as float32";
        }
        return "its element type '" + descr + "' is not understood";
    }

    private InputStream body(ZipEntry member, int start) throws IOException {
        InputStream in = zip.getInputStream(member);
        try {
            in.skipNBytes(start);
            return in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private RefractException damaged(ZipEntry member, String what) {
        String name = member.getName().replaceAll("[^\\x20-\\x7e]", "?");
        return RefractException.usage("%s is refused: '%s' in it cannot be read, %s.", file, name.length() > 60 ? name.substring(0, 60) : name, what);
    }
}

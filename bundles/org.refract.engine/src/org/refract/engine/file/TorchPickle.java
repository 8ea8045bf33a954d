package org.refract.engine.file;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.engine.tensor.TorchType;

/**
 * The names that {@code torch.save} writes for tensors, and nothing else: storages, {@code _rebuild_tensor}, {@code _rebuild_tensor_v2},
 * {@code _rebuild_parameter} (with a state or without), {@code OrderedDict}, {@code Size}, element types and devices. Storages of every device are read to the CPU.
 */
final class TorchPickle implements Unpickler.Dialect {

    private static final Map<String, TorchType> STORAGES = Map.of(
            "FloatStorage", TorchType.FLOAT32, "DoubleStorage", TorchType.FLOAT64, "HalfStorage", TorchType.FLOAT16,
            "BFloat16Storage", TorchType.BFLOAT16, "LongStorage", TorchType.INT64, "IntStorage", TorchType.INT32,
            "ShortStorage", TorchType.INT16, "CharStorage", TorchType.INT8, "ByteStorage", TorchType.UINT8, "BoolStorage", TorchType.BOOL);

    /** Finds a storage of the archive. */
    interface Storages {
        TorchStorage find(String key, TorchType type, long elements) throws RefractException;
    }

    /** A view on a storage; {@code negative} if the numbers have the other sign. */
    record View(TorchStorage storage, long offset, TorchTensor tensor, boolean negative) {

        /** Bytes that it has once it is read. */
        long bytes() {
            return tensor.shape().size() * storage.type().bytes();
        }
    }

    /** Where flags stand among the arguments of {@code _rebuild_tensor_v2}. */
    private static final int FLAGS = 6;

    private enum Function { TENSOR, PARAMETER, DICTIONARY, SIZE, DEVICE }

    private final String file;
    private final Storages storages;

    TorchPickle(String file, Storages storages) {
        this.file = file;
        this.storages = storages;
    }

    @Override
    public Object global(String module, String name) throws RefractException {
        return switch (module + "." + name) {
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> Function.TENSOR;
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" -> Function.PARAMETER;
            case "collections.OrderedDict" -> Function.DICTIONARY;
            case "torch.Size" -> Function.SIZE;
            case "torch.device" -> Function.DEVICE;
            default -> {
                if ((module.equals("torch") || module.equals("torch.cuda")) && STORAGES.containsKey(name)) {
                    yield STORAGES.get(name);
                }
                if (module.equals("torch") && name.matches("float16|float32|float64|bfloat16|int8|int16|int32|int64|uint8|bool")) {
                    yield "torch." + name;
                }
                if (module.startsWith("torch") && name.endsWith("Storage")) {
                    throw RefractException.usage("%s is refused: it holds numbers of torch's %s, which are read nowhere here; save it with real numbers.",
                            file, printable(name));
                }
                throw RefractException.usage(
                        "%s is refused: it names '%s.%s', and only tensors, numbers and texts are read from a torch file; save its state_dict alone.",
                        file, printable(module), printable(name));
            }
        };
    }

    @Override
    public Object call(Object global, List<?> arguments) throws RefractException {
        try {
            return switch (global) {
                case Function.TENSOR -> tensor(arguments);
                case Function.PARAMETER -> (View) arguments.get(0);
                case Function.DICTIONARY -> dictionary(arguments);
                case Function.SIZE -> arguments.get(0);
                case Function.DEVICE -> "cpu";
                default -> throw Unpickler.damaged(file, "its pickle calls what cannot be called");
            };
        } catch (ClassCastException | IndexOutOfBoundsException e) {
            throw Unpickler.damaged(file, "its pickle describes a tensor wrongly");
        }
    }

    @Override
    public Object reference(Object id) throws RefractException {
        if (id instanceof List<?> parts && parts.size() >= 5 && parts.get(0).equals("storage") && parts.get(1) instanceof TorchType type
                && parts.get(2) instanceof String key && parts.get(4) instanceof Long elements && elements >= 0) {
            if (parts.size() > 5 && parts.get(5) != Unpickler.Nothing.NONE) {
                throw Unpickler.damaged(file, "a storage in it is a view of another");
            }
            return storages.find(key, type, elements);
        }
        throw Unpickler.damaged(file, "its pickle refers to something that is no storage");
    }

    private View tensor(List<?> arguments) throws RefractException {
        TorchStorage storage = (TorchStorage) arguments.get(0);
        long[] shape = numbers(arguments.get(2));
        long[] strides = numbers(arguments.get(3));
        if (shape.length != strides.length || shape.length > 8) {
            throw Unpickler.damaged(file, "a tensor in it has %d dimensions and %d strides", shape.length, strides.length);
        }
        for (long size : shape) {
            if (size < 0) {
                throw Unpickler.damaged(file, "a tensor in it has a negative dimension");
            }
        }
        return new View(storage, (Long) arguments.get(1), new TorchTensor(storage.type(), new Shape(shape), strides), negative(arguments));
    }

    /** The flags of torch's views that compute when they are read: {@code neg}; {@code conj} changes nothing of numbers that are real. */
    private boolean negative(List<?> arguments) throws RefractException {
        if (arguments.size() <= FLAGS || !(arguments.get(FLAGS) instanceof Map<?, ?> flags)) {
            return false;
        }
        for (Map.Entry<?, ?> flag : flags.entrySet()) {
            if (!List.of("neg", "conj").contains(flag.getKey()) || !(flag.getValue() instanceof Boolean)) {
                throw RefractException.usage("%s has a tensor with the flag '%s', whose meaning is not known here: save it again after .clone().", file,
                        printable(String.valueOf(flag.getKey())));
            }
        }
        return Boolean.TRUE.equals(flags.get("neg"));
    }

    private static Map<Object, Object> dictionary(List<?> arguments) {
        Map<Object, Object> made = new LinkedHashMap<>();
        if (!arguments.isEmpty()) {
            for (Object pair : (List<?>) arguments.get(0)) {
                made.put((String) ((List<?>) pair).get(0), ((List<?>) pair).get(1));
            }
        }
        return made;
    }

    private static long[] numbers(Object tuple) {
        return ((List<?>) tuple).stream().mapToLong(n -> (Long) n).toArray();
    }

    private static String printable(String name) {
        String safe = name.replaceAll("[^\\x20-\\x7e]", "?");
        return safe.length() > 60 ? safe.substring(0, 60) + "…" : safe;
    }
}

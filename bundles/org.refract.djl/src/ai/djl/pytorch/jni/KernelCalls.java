package ai.djl.pytorch.jni;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.io.ByteArrayInputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A loaded TorchScript module whose methods are called with tensors, numbers and lists, in one native call.
 *
 * <p>It lies in this package because the native entry points are package-private there. Two things differ from DJL's own {@code
 * IValueUtils}: arguments may be scalars, lists and {@code None} while autograd stays possible, and results are ordinary tensors, never
 * inference-mode tensors, which a later gradient could not pass.
 *
 * <p>Arguments: {@link NDArray} → {@code Tensor}; {@link Integer}, {@link Long} → {@code int}; {@link Float}, {@link Double} → {@code float};
 * {@link Boolean} → {@code bool}; {@link String} → {@code str}; {@code int[]}, {@code long[]} → {@code List[int]}; {@code double[]} → {@code
 * List[float]}; {@code boolean[]} → {@code List[bool]}; a list of {@link NDArray} → {@code List[Tensor]}; {@code null} → {@code None}.
 *
 * <p>The module must have a method {@value #NONE} that returns {@code None}. Calls may come from several threads at once; {@link #close()}
 * must come after the last one.
 */
public final class KernelCalls implements AutoCloseable {

    /** Name of the method that makes the {@code None} argument. */
    public static final String NONE = "none_";

    private static final int[] CPU = {0, -1};
    private static final int LAST_TYPE = 7;
    private static final int CHUNK = 1 << 14;

    private final PyTorchLibrary torch = PyTorchLibrary.LIB;
    private final long module;
    private final long none;

    private KernelCalls(long module) {
        this.module = module;
        this.none = torch.moduleRunMethod(module, NONE, new long[0], true, false);
    }

    /**
     * Compiles a TorchScript archive that lies in memory.
     *
     * @throws ai.djl.engine.EngineException with TorchScript's own message when the text does not compile
     */
    public static KernelCalls load(byte[] archive) {
        return new KernelCalls(
                PyTorchLibrary.LIB.moduleLoad(new ByteArrayInputStream(archive), CPU, false, new byte[CHUNK], -1));
    }

    /**
     * Calls a method and gives its tensors to {@code out}.
     *
     * @param autograd whether operations are recorded for gradients; the thread's own setting is restored afterwards
     * @return the tensors of the result in order: one for a tensor, those of a tuple or list otherwise; {@code None} gives none
     */
    public NDList call(NDManager out, String method, boolean autograd, Object... arguments) {
        PtNDManager owner = (PtNDManager) out;
        long[] values = new long[arguments.length];
        boolean before = torch.torchIsGradMode();
        torch.setGraphExecutorOptimize(false);
        torch.torchSetGradMode(autograd);
        try {
            for (int i = 0; i < values.length; i++) {
                values[i] = value(arguments[i]);
            }
            long result = torch.moduleRunMethod(module, method, values, true, false);
            NDList tensors = new NDList(1);
            collect(result, owner, tensors);
            return tensors;
        } finally {
            torch.torchSetGradMode(before);
            for (long value : values) {
                if (value != 0 && value != none) {
                    torch.torchDeleteIValue(value);
                }
            }
            Reference.reachabilityFence(arguments);
            Reference.reachabilityFence(this);
        }
    }

    /**
     * A CPU tensor that looks at {@code data} without copying it.
     *
     * @param data direct memory, at least as long as the tensor; it must stay valid as long as the tensor and every tensor that shares its
     *     memory (a reshaped one, say)
     * @param djlType ordinal of a {@link ai.djl.ndarray.types.DataType} below COMPLEX64
     */
    public static NDArray view(NDManager out, ByteBuffer data, long[] shape, int djlType) {
        if (djlType < 0 || djlType > LAST_TYPE || !data.isDirect()) {
            throw new IllegalArgumentException("data type " + djlType + " or a buffer on the heap would end the process");
        }
        return new PtNDArray((PtNDManager) out, PyTorchLibrary.LIB.torchFromBlob(data, shape, djlType, 0, CPU, false), data);
    }

    @Override
    public void close() {
        torch.torchDeleteIValue(none);
        torch.torchDeleteModule(module);
    }

    private long value(Object argument) {
        return switch (argument) {
            case null -> none;
            case PtNDArray tensor -> torch.iValueFromTensor(tensor.getHandle());
            case Long number -> torch.iValueFromLong(number);
            case Integer number -> torch.iValueFromLong(number);
            case Double number -> torch.iValueFromDouble(number);
            case Float number -> torch.iValueFromDouble(number);
            case Boolean flag -> torch.iValueFromBool(flag);
            case String text -> torch.iValueFromString(text);
            case long[] numbers -> torch.iValueFromLongList(numbers);
            case int[] numbers -> torch.iValueFromLongList(Arrays.stream(numbers).asLongStream().toArray());
            case double[] numbers -> torch.iValueFromDoubleList(numbers);
            case boolean[] flags -> torch.iValueFromBoolList(flags);
            case List<?> tensors -> torch.iValueFromTensorList(handles(tensors));
            default -> throw new IllegalArgumentException("a kernel takes no " + argument.getClass().getName());
        };
    }

    private static long[] handles(List<?> tensors) {
        long[] handles = new long[tensors.size()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = ((PtNDArray) tensors.get(i)).getHandle();
        }
        return handles;
    }

    /** Adds the tensors of a value and frees the value. */
    private void collect(long value, PtNDManager owner, NDList tensors) {
        try {
            if (torch.iValueIsTensor(value)) {
                tensors.add(new PtNDArray(owner, torch.iValueToTensor(value)));
            } else if (torch.iValueIsTuple(value)) {
                for (long element : torch.iValueToIValueTuple(value)) {
                    collect(element, owner, tensors);
                }
            } else if (torch.iValueIsTensorList(value)) {
                for (long tensor : torch.iValueToTensorList(value)) {
                    tensors.add(new PtNDArray(owner, tensor));
                }
            } else if (torch.iValueIsList(value)) {
                for (long element : torch.iValueToIValueList(value)) {
                    collect(element, owner, tensors);
                }
            } else if (!"NoneType".equals(torch.iValueGetType(value))) {
                throw new IllegalArgumentException("a kernel returns tensors, not " + torch.iValueGetType(value));
            }
        } finally {
            torch.torchDeleteIValue(value);
        }
    }
}

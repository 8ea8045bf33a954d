package ai.djl.pytorch.jni;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * libtorch's switch {@code torch.backends.cuda.matmul.allow_tf32}: whether a GPU may round the factors of float32 products to TensorFloat32
 * (8 bits of exponent, 10 of mantissa). Neither DJL nor TorchScript reaches it, so three functions of {@code at::Context} are called by
 * their exported names. It is one switch for the whole process.
 *
 * <p>It lies in this package because only the class loader that loaded libtorch sees its names.
 */
public final class TensorFloat32 {

    /** A C++ function as gcc and clang name it, and as Visual C++ does; the name says the types too, so a name that is there can be called. */
    private record Exported(String itanium, String msvc, FunctionDescriptor type) {

        Optional<MethodHandle> in(SymbolLookup library) {
            Linker linker = Linker.nativeLinker();
            return library.find(itanium).or(() -> library.find(msvc)).map(address -> linker.downcallHandle(address, type));
        }
    }

    private static final Exported CONTEXT = new Exported("_ZN2at13globalContextEv", "?globalContext@at@@YAAEAVContext@1@XZ",
            FunctionDescriptor.of(ValueLayout.ADDRESS));
    private static final Exported ALLOWED = new Exported("_ZNK2at7Context15allowTF32CuBLASEv", "?allowTF32CuBLAS@Context@at@@QEBA_NXZ",
            FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, ValueLayout.ADDRESS));
    private static final Exported ALLOW = new Exported("_ZN2at7Context18setAllowTF32CuBLASEb", "?setAllowTF32CuBLAS@Context@at@@QEAAX_N@Z",
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_BOOLEAN));

    private final MemorySegment context;
    private final MethodHandle allowed;
    private final MethodHandle allow;

    private TensorFloat32(MemorySegment context, MethodHandle allowed, MethodHandle allow) {
        this.context = context;
        this.allowed = allowed;
        this.allow = allow;
    }

    /** The switch of the libtorch that is loaded; empty where it has another name, or where Java may not call native functions. */
    public static Optional<TensorFloat32> find() {
        SymbolLookup library = SymbolLookup.loaderLookup();
        try {
            List<MethodHandle> functions = List.of(CONTEXT, ALLOWED, ALLOW).stream().flatMap(function -> function.in(library).stream()).toList();
            return functions.size() < 3
                    ? Optional.empty()
                    : Optional.of(new TensorFloat32((MemorySegment) functions.get(0).invokeExact(), functions.get(1), functions.get(2)));
        } catch (IllegalCallerException e) {
            return Optional.empty();
        } catch (Throwable e) {
            throw new IllegalStateException("at::globalContext", e);
        }
    }

    /** Whether products may be of TensorFloat32 numbers now. */
    public boolean allowed() {
        try {
            return (boolean) allowed.invokeExact(context);
        } catch (Throwable e) {
            throw new IllegalStateException("at::Context::allowTF32CuBLAS", e);
        }
    }

    /** Allows or forbids them. */
    public void allow(boolean on) {
        try {
            allow.invokeExact(context, on);
        } catch (Throwable e) {
            throw new IllegalStateException("at::Context::setAllowTF32CuBLAS", e);
        }
    }
}

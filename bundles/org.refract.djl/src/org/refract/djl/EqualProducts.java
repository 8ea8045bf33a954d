package org.refract.djl;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Matrix products with the same bits whatever the number of threads. Of a product over many samples MKL gives each thread a share of the samples and adds
 * the shares up in another order with another number of threads; in its strict mode of conditional numerical reproducibility (oneMKL Developer Guide,
 * "Strict CNR mode") it does not. The mode must be chosen before the first product. Where libtorch has no MKL, or MKL has no strict mode for the
 * processor, nothing changes.
 */
final class EqualProducts {

    /** MKL_CBWR_AUTO | MKL_CBWR_STRICT (mkl_types.h). */
    private static final int STRICT = 2 | 0x10000;

    /** MKL_CBWR_AVX2: the first of the branches that have a strict mode; a processor of another maker has a lower one. */
    private static final int FIRST_STRICT_BRANCH = 10;

    private EqualProducts() {
    }

    /** Chosen with this class, once. */
    private static final class Chosen {
        private static final boolean STRICT_MODE = choose();
    }

    /** Chooses the mode, if nobody has. @return whether products are the same with any number of threads because of it */
    static boolean ensure() {
        return Chosen.STRICT_MODE;
    }

    private static boolean choose() {
        String folder = System.getProperty("PYTORCH_LIBRARY_PATH", System.getenv("PYTORCH_LIBRARY_PATH"));
        if (folder == null) {
            return false;
        }
        Path library = Path.of(folder, System.mapLibraryName("torch_cpu"));
        if (!Files.isRegularFile(library) || File.separatorChar != '/') {
            return false;
        }
        // the library stays for as long as the process does
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        var branch = symbols.find("mkl_serv_cbwr_get_auto_branch");
        var set = symbols.find("mkl_serv_cbwr_set");
        if (branch.isEmpty() || set.isEmpty()) {
            return false;
        }
        Linker linker = Linker.nativeLinker();
        try {
            MethodHandle ask = linker.downcallHandle(branch.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT));
            MethodHandle choose = linker.downcallHandle(set.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            return (int) ask.invokeExact() >= FIRST_STRICT_BRANCH && (int) choose.invokeExact(STRICT) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("MKL could not be asked for equal products", e);
        }
    }
}

package org.refract.engine.tensor;

import ai.djl.engine.Engine;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * libtorch, which is loaded once in a process. What computes loads it before it reads a file: loaded into a heap that a file has filled, it has
 * ended the whole process instead of failing.
 */
public final class LibTorch {

    private LibTorch() {
    }

    /** Loaded with this class, by whoever comes first; the others wait. */
    private static final class Loaded {
        private static final Optional<Throwable> FAILURE = load();

        private static Optional<Throwable> load() {
            try {
                Engine.getEngine("PyTorch");
                return Optional.empty();
            } catch (Exception | Error e) {
                return Optional.of(e);
            }
        }
    }

    /**
     * Loads it, if nobody has.
     *
     * @throws RefractException if it cannot be loaded
     */
    public static void load() throws RefractException {
        if (Loaded.FAILURE.isPresent()) {
            Throwable e = Loaded.FAILURE.get();
            throw RefractException.failure(e, "PyTorch cannot be started: %s; install Refract again.", e);
        }
    }
}

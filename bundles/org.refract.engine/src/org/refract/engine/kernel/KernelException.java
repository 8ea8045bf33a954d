package org.refract.engine.kernel;

/**
 * A kernel text that does not compile, or a kernel that failed while it ran. The message is one sentence that names the resource and, where
 * TorchScript tells it, the line.
 */
public final class KernelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param cause what failed; null if nothing else did */
    public KernelException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}

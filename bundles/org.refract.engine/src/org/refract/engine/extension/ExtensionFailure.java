package org.refract.engine.extension;

/** An extension threw what it may not, or did not come back; the message names it and says what it was asked. */
public final class ExtensionFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ExtensionFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** How a failure speaks of its cause: its message, or its kind where it has none. */
    static String said(Throwable cause) {
        String kind = cause.getClass().getSimpleName();
        String message = cause.getMessage();
        return message == null || message.isBlank() ? kind : kind + ": " + message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}

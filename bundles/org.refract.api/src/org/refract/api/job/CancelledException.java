package org.refract.api.job;

/** The work was asked to stop and did; the message is a sentence that says why and what was kept. */
public final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CancelledException(String sentence) {
        super(sentence);
    }
}

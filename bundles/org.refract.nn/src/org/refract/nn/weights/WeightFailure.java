package org.refract.nn.weights;

import org.refract.api.RefractException;

/** Carries the sentence about a weight that could not be read when it was first needed out of a network's computation. */
public final class WeightFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final RefractException sentence;

    WeightFailure(RefractException sentence) {
        super(sentence.getMessage(), sentence);
        this.sentence = sentence;
    }

    /** What is to be said. */
    public RefractException sentence() {
        return sentence;
    }
}

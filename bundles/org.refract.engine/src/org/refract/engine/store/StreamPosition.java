package org.refract.engine.store;

/**
 * A place in the endless stream of an {@link ActivationReader}.
 *
 * @param epoch how many times the whole store has been read
 * @param offset vectors read of the current epoch
 */
public record StreamPosition(long epoch, long offset) {

    /** The beginning. */
    public static final StreamPosition START = new StreamPosition(0, 0);
}

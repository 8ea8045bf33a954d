package org.refract.api.model;

/** Which value of a module a hook sees. */
public enum Site {
    /** The module's first input. */
    INPUT,
    /** The module's (first) output. */
    OUTPUT,
    /** {@code output - input}: what the module adds to the stream it sits in ("block update", Unpacking SDXL Turbo, section 3). */
    UPDATE
}

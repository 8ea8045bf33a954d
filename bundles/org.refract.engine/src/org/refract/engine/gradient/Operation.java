package org.refract.engine.gradient;

import java.util.List;

/** Something that was done to tracked values and can be differentiated. */
interface Operation {

    /** What it made. */
    List<Slot> outputs();

    /** Adds to the gradients of what it read, given those of its outputs. */
    void back();
}

package org.refract.workbench.explore;

/** Which pictures are on the screen. */
public enum Comparison {
    /** The untouched picture. */
    BEFORE,
    /** The picture with the edits. */
    AFTER,
    /** Both, beside each other or one above the other. */
    SIDE_BY_SIDE,
    /** Both in one place, with a divider between them that a person drags. */
    WIPE,
    /** Both in one place, in turns. */
    FLICKER,
    /** Where they differ. */
    DIFFERENCE
}

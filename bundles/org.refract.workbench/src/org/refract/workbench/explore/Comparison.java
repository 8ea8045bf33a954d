package org.refract.workbench.explore;

/** Which pictures are on the screen. */
public enum Comparison {
    BEFORE, AFTER, SIDE_BY_SIDE
}

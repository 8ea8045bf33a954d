package org.refract.api.model;

/** How the value at a hook point is laid out. */
public enum Layout {
    /** {@code (batch, width, rows, columns)}: a feature map. */
    SPATIAL,
    /** {@code (batch, positions, width)}: a token or patch sequence. */
    SEQUENCE,
    /** {@code (batch, width)}: one vector per example. */
    VECTOR,
    /** {@code (batch, width, positions, tokens)}: how much each position attends to each token; the width is the number of heads. */
    ATTENTION
}

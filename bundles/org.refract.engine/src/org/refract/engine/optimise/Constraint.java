package org.refract.engine.optimise;

/** What keeps the rows of a matrix unit vectors; with any but the first their gradients are kept orthogonal to them. */
public enum Constraint {
    /** Nothing. */
    NONE,
    /** They are made unit vectors before Adam moves them (openai/sparse_autoencoder). */
    UNIT_FIRST,
    /** They are made unit vectors after Adam moved them (dictionary_learning). */
    UNIT;

    /** How settings and kernels call it. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}

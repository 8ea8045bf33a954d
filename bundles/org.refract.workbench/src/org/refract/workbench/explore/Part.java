package org.refract.workbench.explore;

/** A part of an {@link Exploration} that can change by itself. */
public enum Part {
    /** Another subject was opened. */
    SUBJECT,
    /** Prompt, seed, steps or guidance. */
    REQUEST,
    /** The picture before or after the edits, or which of them is shown. */
    PICTURE,
    /** The lines of the feature list, or the dictionary that they come from. */
    FEATURES,
    /** Which feature is selected. */
    SELECTION,
    /** What is known of the selected feature. */
    DETAILS,
    /** The edits. */
    EDITS,
    /** How the heat map lies over the picture. */
    OVERLAY,
    /** Work began, went on or ended. */
    WORK,
    /** What the picture in work looks like so far. */
    PREVIEW,
    /** The sentence in the status line. */
    STATUS
}

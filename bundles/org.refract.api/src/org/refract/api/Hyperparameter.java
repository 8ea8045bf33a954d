package org.refract.api;

import java.util.Optional;

/**
 * A named setting of a plug-in, with its default and where that default comes from.
 *
 * @param name   the field's own word, as it is written in files and on the command line ({@code k}, {@code auxk}, {@code lr})
 * @param kind   how its value is read
 * @param value  the default, in the form in which a person would type it
 * @param range  the allowed values in words, for messages ("an integer from 1 to the number of latents")
 * @param source where the default comes from (paper and section, or the public code's file), empty if it is our own
 */
public record Hyperparameter(String name, Kind kind, String value, String range, Optional<String> source) {

    /** How a value is read. */
    public enum Kind { INTEGER, REAL, CHOICE, FLAG }
}

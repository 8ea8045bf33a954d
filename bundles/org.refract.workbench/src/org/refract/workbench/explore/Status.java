package org.refract.workbench.explore;

/**
 * The sentence in the status line.
 *
 * @param sentence what to say, may be empty
 * @param trouble  whether a person has to mend something
 */
public record Status(String sentence, boolean trouble) {

    public static final Status QUIET = new Status("", false);

    public static Status says(String sentence) {
        return new Status(sentence, false);
    }

    public static Status trouble(String sentence) {
        return new Status(sentence, true);
    }
}

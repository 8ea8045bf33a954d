package org.refract.engine.index;

/**
 * How much an atlas keeps.
 *
 * @param examples     top examples per feature
 * @param neighbours   nearest features per feature
 * @param onePerPrompt whether a prompt that was drawn several times stands among a feature's examples once, with its strongest picture
 */
public record AtlasOptions(int examples, int neighbours, boolean onePerPrompt) {

    /** Sixteen examples and eight neighbours, one example per prompt. */
    public static final AtlasOptions DEFAULT = new AtlasOptions(16, 8, true);

    public AtlasOptions {
        if (examples < 1 || neighbours < 0) {
            throw new IllegalArgumentException(examples + " examples and " + neighbours + " neighbours cannot be kept");
        }
    }
}

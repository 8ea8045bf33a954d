package org.refract.model.sdxl.clip;

/**
 * A token that is cut out of a text whole, before the rest is split into words.
 *
 * @param content    its characters
 * @param id         its number
 * @param normalized whether it is looked for after the text was lower-cased, instead of before
 * @param singleWord whether it counts only between non-word characters
 * @param lstrip     whether it swallows white space before it
 * @param rstrip     whether it swallows white space after it
 */
record AddedToken(String content, int id, boolean normalized, boolean singleWord, boolean lstrip, boolean rstrip) {
}

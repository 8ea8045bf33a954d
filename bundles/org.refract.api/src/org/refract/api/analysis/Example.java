package org.refract.api.analysis;

/**
 * One run in which a feature was active.
 *
 * @param recording index of the run in its activation store
 * @param caption   the prompt, or the text
 * @param strength  the ranking value (for images the mean activation over positions)
 * @param max       largest activation of any position
 * @param map       activation at each position in row-major order, {@code rows × columns}
 * @param rows      height of the map, 1 for a sequence
 * @param columns   width of the map
 */
public record Example(long recording, String caption, double strength, double max, float[] map, int rows, int columns) {
}

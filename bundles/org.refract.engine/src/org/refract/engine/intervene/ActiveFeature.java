package org.refract.engine.intervene;

/**
 * A feature in one run.
 *
 * @param latent  index in its dictionary
 * @param mean    mean activation over positions
 * @param max     largest activation of any position
 * @param map     activation at each position, row-major
 * @param rows    height of the map
 * @param columns width of the map
 */
public record ActiveFeature(int latent, double mean, double max, float[] map, int rows, int columns) {
}

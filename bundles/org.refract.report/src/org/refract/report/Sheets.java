package org.refract.report;

import java.util.List;

/**
 * Pictures of one size packed on sheets, as the page reads them.
 *
 * @param files    the sheets, relative to the page
 * @param cell     width and height of a picture
 * @param columns  pictures in a row
 * @param perSheet pictures on a sheet
 * @param slots    by latent, the place of its picture or -1; empty where places are given otherwise
 */
record Sheets(List<String> files, int[] cell, int columns, int perSheet, List<Integer> slots) {
}

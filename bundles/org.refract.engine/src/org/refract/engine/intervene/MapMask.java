package org.refract.engine.intervene;

import org.refract.api.analysis.Intervention.Mask;

/** A mask over the picture, averaged down to a hook point's map. */
final class MapMask {
    private MapMask() {
    }

    /**
     * The mean of the mask over the area of each cell, areas counted exactly where a cell's edge falls inside a mask's pixel. Where the
     * mask is a multiple of the map this is average pooling.
     *
     * @return {@code rows × columns} weights, row-major
     */
    static float[] over(Mask mask, int rows, int columns) {
        double[] across = new double[mask.rows() * columns];
        for (int y = 0; y < mask.rows(); y++) {
            for (int x = 0; x < columns; x++) {
                across[y * columns + x] = mean(mask.weights(), y * mask.columns(), 1, mask.columns(), x, columns);
            }
        }
        float[] weights = new float[rows * columns];
        float[] column = new float[mask.rows()];
        for (int x = 0; x < columns; x++) {
            for (int y = 0; y < mask.rows(); y++) {
                column[y] = (float) across[y * columns + x];
            }
            for (int y = 0; y < rows; y++) {
                weights[y * columns + x] = (float) mean(column, 0, 1, mask.rows(), y, rows);
            }
        }
        return weights;
    }

    private static double mean(float[] values, int first, int step, int size, int cell, int cells) {
        double from = (double) cell * size / cells;
        double to = (double) (cell + 1) * size / cells;
        double sum = 0;
        for (int i = (int) from; i < size && i < to; i++) {
            sum += values[first + i * step] * (Math.min(to, i + 1.0) - Math.max(from, i));
        }
        return sum / (to - from);
    }
}

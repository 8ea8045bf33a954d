package org.refract.workbench.picture;

/**
 * Where one feature is active in one picture.
 *
 * @param rows    height of the hook point's map
 * @param columns width of the hook point's map
 * @param values  {@code rows · columns} activations, row-major; 0 where it is not active
 */
public record ActivationMap(int rows, int columns, float[] values) {

    public ActivationMap {
        if (values.length != rows * columns) {
            throw new IllegalArgumentException("a map of " + rows + "x" + columns + " has " + rows * columns + " values, not " + values.length);
        }
        values = values.clone();
    }

    /** The activation in a cell. */
    public float at(int row, int column) {
        return values[row * columns + column];
    }

    /** The largest activation, 0 if the feature is not active anywhere. */
    public float max() {
        float max = 0;
        for (float v : values) {
            max = Math.max(max, v);
        }
        return max;
    }

    /** The mean over all positions, by which a picture's features are ranked (Unpacking SDXL Turbo, section 4). */
    public double mean() {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        return values.length == 0 ? 0 : sum / values.length;
    }

    /**
     * The map as colours, one pixel per cell: zero is transparent, the largest value has the full opacity.
     *
     * @param opacity in [0, 1]
     */
    public Pixels coloured(Colormap colours, double opacity) {
        float max = max();
        int[] argb = new int[values.length];
        for (int i = 0; i < argb.length; i++) {
            if (values[i] > 0) {
                double share = values[i] / max;
                int alpha = (int) Math.round(255 * Math.clamp(opacity, 0, 1) * (FAINTEST + (1 - FAINTEST) * share));
                argb[i] = alpha << 24 | colours.rgb(share);
            }
        }
        return new Pixels(columns, rows, argb);
    }

    /** Share of the opacity that the weakest activation gets, so that "a little" differs from "not at all". */
    private static final double FAINTEST = 0.2;
}

package org.refract.workbench.picture;

import java.util.Arrays;
import org.refract.api.analysis.Intervention;

/** An area of a picture that a person paints: weights in [0, 1], one per pixel of the picture. Used on one thread. */
public final class PaintedMask {
    private static final int STRIPES = 32;

    private final int rows;
    private final int columns;
    private final float[] weights;

    /** An empty mask of a picture's size. */
    public PaintedMask(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.weights = new float[rows * columns];
    }

    /** A mask that continues an earlier one. */
    public static PaintedMask of(Intervention.Mask mask) {
        PaintedMask copy = new PaintedMask(mask.rows(), mask.columns());
        System.arraycopy(mask.weights(), 0, copy.weights, 0, copy.weights.length);
        return copy;
    }

    /** Height in pixels. */
    public int rows() {
        return rows;
    }

    /** Width in pixels. */
    public int columns() {
        return columns;
    }

    /**
     * One dab of a round brush.
     *
     * @param x      centre, in pixels of the picture
     * @param y      centre, in pixels of the picture
     * @param radius in pixels of the picture
     * @param weight 1 paints, 0 erases
     */
    public void dab(double x, double y, double radius, float weight) {
        int top = (int) Math.max(0, Math.floor(y - radius));
        int bottom = (int) Math.min(rows - 1, Math.ceil(y + radius));
        int left = (int) Math.max(0, Math.floor(x - radius));
        int right = (int) Math.min(columns - 1, Math.ceil(x + radius));
        for (int r = top; r <= bottom; r++) {
            for (int c = left; c <= right; c++) {
                if (Math.hypot(c + 0.5 - x, r + 0.5 - y) <= radius) {
                    weights[r * columns + c] = weight;
                }
            }
        }
    }

    /** A stroke: dabs close enough to leave no gap. */
    public void stroke(double fromX, double fromY, double toX, double toY, double radius, float weight) {
        double length = Math.hypot(toX - fromX, toY - fromY);
        int dabs = (int) Math.ceil(length / Math.max(0.5, radius / 2)) + 1;
        for (int i = 0; i <= dabs; i++) {
            double t = (double) i / dabs;
            dab(fromX + t * (toX - fromX), fromY + t * (toY - fromY), radius, weight);
        }
    }

    /** Paints a rectangle given in shares of the picture, each in [0, 1]. */
    public void fill(double left, double top, double right, double bottom) {
        for (int r = (int) Math.round(top * rows); r < Math.round(bottom * rows); r++) {
            Arrays.fill(weights, r * columns + (int) Math.round(left * columns), r * columns + (int) Math.round(right * columns), 1f);
        }
    }

    /** Nothing is painted any more. */
    public void clear() {
        Arrays.fill(weights, 0);
    }

    /** Whether nothing is painted. */
    public boolean isEmpty() {
        for (float w : weights) {
            if (w > 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * A rectangle, in shares of the picture.
     *
     * @param left   of its left edge
     * @param top    of its upper edge
     * @param width  of its width
     * @param height of its height
     */
    public record Bounds(double left, double top, double width, double height) {
    }

    /** The smallest rectangle around what is painted; without extent if nothing is. */
    public Bounds bounds() {
        int left = columns;
        int top = rows;
        int right = 0;
        int bottom = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                left = Math.min(left, i % columns);
                right = Math.max(right, i % columns + 1);
                top = Math.min(top, i / columns);
                bottom = Math.max(bottom, i / columns + 1);
            }
        }
        return right == 0 ? new Bounds(0, 0, 0, 0)
                : new Bounds((double) left / columns, (double) top / rows, (double) (right - left) / columns, (double) (bottom - top) / rows);
    }

    /** Whether exactly the rectangle {@link #bounds()} is painted, with full weight. */
    public boolean isRectangle() {
        double painted = 0;
        for (float w : weights) {
            painted += w;
        }
        return Math.round(bounds().width() * columns) * Math.round(bounds().height() * rows) == painted;
    }

    /** The mask as an intervention takes it. */
    public Intervention.Mask toMask() {
        return new Intervention.Mask(rows, columns, weights);
    }

    /** The painted area in slanted stripes of two colours, one of which is seen on any picture; transparent elsewhere. */
    public Pixels striped(int light, int dark, double opacity) {
        int[] argb = new int[weights.length];
        int width = Math.max(1, columns / STRIPES);
        for (int i = 0; i < argb.length; i++) {
            int rgb = (i % columns + i / columns) / width % 2 == 0 ? light : dark;
            argb[i] = (int) Math.round(255 * opacity * weights[i]) << 24 | rgb & 0xFFFFFF;
        }
        return new Pixels(columns, rows, argb);
    }
}

package org.refract.api.analysis;

import java.util.Optional;

/**
 * A change of what one feature writes while the model runs. With d_f the feature's row of the decoder, z_f(u, v) its own
 * activation map, mean_f its mean positive activation and m(u, v) the mask (Unpacking SDXL Turbo, and its public code's hooks):
 * <ul>
 *   <li>{@link Mode#ADD}: out += m · strength · mean_f · d_f, the feature painted where it was not
 *   <li>{@link Mode#SCALE}: out += m · (strength − 1) · z_f · d_f, its own map turned up ({@code > 1}), down or off ({@code 0})
 *   <li>{@link Mode#REPLACE}: out = in + m · strength · mean_f · k · d_f, the whole update replaced by this feature alone
 * </ul>
 *
 * @param feature   what is changed
 * @param mode      how
 * @param strength  how much, without unit
 * @param mask      where; empty means everywhere
 * @param firstStep first denoising step at which it acts, from 0
 * @param lastStep  last denoising step at which it acts, inclusive
 * @param guidance  which rows of a guided batch it acts on
 */
public record Intervention(FeatureId feature, Mode mode, double strength, Optional<Mask> mask, int firstStep, int lastStep,
        Guidance guidance) {

    /** How a feature is changed. */
    public enum Mode { ADD, SCALE, REPLACE }

    /** Which half of a guided batch is changed; an unguided batch is changed whole. */
    public enum Guidance {
        /** Added to the conditional rows and subtracted from the unconditional ones, as the paper's base-model hook does. */
        BOTH,
        /** The conditional rows alone. */
        CONDITIONAL,
        /** All rows alike. */
        ALL
    }

    /**
     * Weights in [0, 1] over the picture, row-major; it is averaged down to the hook point's map.
     *
     * @param rows    height of the mask
     * @param columns width of the mask
     * @param weights {@code rows · columns} values
     */
    public record Mask(int rows, int columns, float[] weights) {
        public Mask {
            if (weights.length != rows * columns) {
                throw new IllegalArgumentException("a mask of " + rows + "x" + columns + " has " + rows * columns + " weights");
            }
            weights = weights.clone();
        }
    }

    /** A change everywhere and at every step. */
    public static Intervention everywhere(FeatureId feature, Mode mode, double strength) {
        return new Intervention(feature, mode, strength, Optional.empty(), 0, Integer.MAX_VALUE, Guidance.BOTH);
    }

    /** The same change in one area of the picture. */
    public Intervention within(Mask area) {
        return new Intervention(feature, mode, strength, Optional.of(area), firstStep, lastStep, guidance);
    }

    /** The same change during some steps only. */
    public Intervention during(int first, int last) {
        return new Intervention(feature, mode, strength, mask, first, last, guidance);
    }
}

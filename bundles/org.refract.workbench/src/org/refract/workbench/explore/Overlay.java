package org.refract.workbench.explore;

import org.refract.workbench.picture.Colormap;
import org.refract.workbench.subject.ActiveFeatures;

/**
 * How the selected feature's map lies over the picture.
 *
 * @param shown   whether it does
 * @param opacity of the strongest position, in [0, 1]
 * @param colours which colours
 * @param step    the denoising step, or {@link ActiveFeatures#EVERY_STEP}
 */
public record Overlay(boolean shown, double opacity, Colormap colours, int step) {

    /** What a person sees first; the opacity is SAEPaint's. */
    public static final Overlay FIRST = new Overlay(false, 0.6, Colormap.INFERNO, ActiveFeatures.EVERY_STEP);

    public Overlay withShown(boolean visible) {
        return new Overlay(visible, opacity, colours, step);
    }

    public Overlay withOpacity(double value) {
        return new Overlay(shown, value, colours, step);
    }

    public Overlay withColours(Colormap map) {
        return new Overlay(shown, opacity, map, step);
    }

    public Overlay withStep(int index) {
        return new Overlay(shown, opacity, colours, index);
    }
}

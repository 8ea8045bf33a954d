package org.refract.workbench.explore;

/**
 * What a person sees of the pictures for the moment; none of it changes them.
 *
 * @param overlays whether heat map and paint are shown while a key is held
 * @param before   whether the untouched picture stands in for the edited one, while a key is held or in the turns of a flicker
 * @param paint    whether the painted area is shown until the picture with it is there
 * @param divider  where before ends and after begins, as a share of the picture's width
 */
public record Glance(boolean overlays, boolean before, boolean paint, double divider) {

    /** Pictures without anything over them. */
    public static final Glance NONE = new Glance(false, false, false, 0.5);

    public Glance withOverlays(boolean shown) {
        return new Glance(shown, before, paint, divider);
    }

    public Glance withBefore(boolean shown) {
        return new Glance(overlays, shown, paint, divider);
    }

    public Glance withPaint(boolean shown) {
        return new Glance(overlays, before, shown, divider);
    }

    public Glance withDivider(double share) {
        return new Glance(overlays, before, paint, Math.clamp(share, 0, 1));
    }
}

package org.refract.workbench.explore;

import java.util.Optional;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;

/**
 * One feature that a person turned.
 *
 * @param feature  which
 * @param label    its label, may be empty
 * @param mode     how
 * @param strength how much, in the mode's own scale
 * @param mask     the painted area, for {@link EditMode#PAINT}
 * @param acting   during which denoising steps
 * @param muted    whether it is left out for now
 */
public record Edit(FeatureId feature, String label, EditMode mode, double strength, Optional<Intervention.Mask> mask, Steps acting, boolean muted) {

    /**
     * A range of denoising steps.
     *
     * @param first counted from 0
     * @param last  inclusive; beyond the end means to the end
     */
    public record Steps(int first, int last) {
        /** From the first to the last. */
        public static final Steps ALL = new Steps(0, Integer.MAX_VALUE);
    }

    /**
     * A change that was made elsewhere, as the window makes it; empty for one that it cannot make.
     *
     * @param name the feature's label, may be empty
     */
    static Optional<Edit> of(Intervention change, String name) {
        boolean everywhere = change.mask().isEmpty();
        if (change.guidance() != Intervention.Guidance.BOTH || change.mode() == Intervention.Mode.REPLACE
                || change.mode() == Intervention.Mode.SCALE && !everywhere) {
            return Optional.empty();
        }
        EditMode mode = change.mode() == Intervention.Mode.SCALE ? EditMode.SCALE : everywhere ? EditMode.ADD : EditMode.PAINT;
        return Optional.of(new Edit(change.feature(), name, mode, change.strength(), change.mask(), new Steps(change.firstStep(), change.lastStep()), false));
    }

    /** A feature that nobody has turned yet. */
    public static Edit neutral(FeatureId feature, String label, EditMode mode) {
        return new Edit(feature, label, mode, mode.neutral(), Optional.empty(), Steps.ALL, false);
    }

    /** Whether the picture would be the same without it. */
    public boolean changesNothing() {
        return muted || strength == mode.neutral() || mode == EditMode.PAINT && mask.isEmpty();
    }

    public Edit withMode(EditMode other) {
        return other == mode ? this : new Edit(feature, label, other, other.neutral(), mask, acting, muted);
    }

    public Edit withStrength(double value) {
        return new Edit(feature, label, mode, value, mask, acting, muted);
    }

    public Edit withMask(Optional<Intervention.Mask> area) {
        return new Edit(feature, label, mode, strength, area, acting, muted);
    }

    public Edit withActing(Steps steps) {
        return new Edit(feature, label, mode, strength, mask, steps, muted);
    }

    public Edit withMuted(boolean silent) {
        return new Edit(feature, label, mode, strength, mask, acting, silent);
    }

    /** This edit as the engine carries it out. */
    public Intervention toIntervention() {
        Intervention everywhere = Intervention.everywhere(feature, mode.mode(), strength).during(acting.first(), acting.last());
        return mode == EditMode.PAINT ? mask.map(everywhere::within).orElse(everywhere) : everywhere;
    }
}

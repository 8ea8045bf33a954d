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
 * @param muted    whether it is left out for now
 */
public record Edit(FeatureId feature, String label, EditMode mode, double strength, Optional<Intervention.Mask> mask, boolean muted) {

    /** A feature that nobody has turned yet. */
    public static Edit neutral(FeatureId feature, String label, EditMode mode) {
        return new Edit(feature, label, mode, mode.neutral(), Optional.empty(), false);
    }

    /** Whether the picture would be the same without it. */
    public boolean changesNothing() {
        return muted || strength == mode.neutral() || mode == EditMode.PAINT && mask.isEmpty();
    }

    public Edit withMode(EditMode other) {
        return other == mode ? this : new Edit(feature, label, other, other.neutral(), mask, muted);
    }

    public Edit withStrength(double value) {
        return new Edit(feature, label, mode, value, mask, muted);
    }

    public Edit withMask(Optional<Intervention.Mask> area) {
        return new Edit(feature, label, mode, strength, area, muted);
    }

    public Edit withMuted(boolean silent) {
        return new Edit(feature, label, mode, strength, mask, silent);
    }

    /** This edit as the engine carries it out. */
    public Intervention toIntervention() {
        Intervention everywhere = Intervention.everywhere(feature, mode.mode(), strength);
        return mode == EditMode.PAINT ? mask.map(everywhere::within).orElse(everywhere) : everywhere;
    }
}

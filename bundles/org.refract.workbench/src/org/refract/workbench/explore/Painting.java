package org.refract.workbench.explore;

import java.util.Optional;
import java.util.function.Consumer;
import org.refract.workbench.picture.PaintedMask;
import org.refract.workbench.picture.Pixels;

/** The area that is being painted for the selected feature. */
final class Painting {
    /** Cells of a mask's longer side at most; maps of diffusion models have up to 128. */
    private static final int FINEST = 256;
    /** The strength of a first stroke, half of the slider, so that it can be seen. */
    private static final double FIRST_STRENGTH = 5;

    private Optional<PaintedMask> canvas = Optional.empty();

    /** The next stroke continues the mask of the edit that it is made for. */
    void forget() {
        canvas = Optional.empty();
    }

    /** The edit after a stroke on a picture. */
    Edit painted(Edit edit, Pixels picture, Consumer<PaintedMask> stroke) {
        PaintedMask mask = canvas.orElseGet(() -> edit.mask().map(PaintedMask::of).orElseGet(() -> blank(picture)));
        canvas = Optional.of(mask);
        stroke.accept(mask);
        double strength = edit.strength() == edit.mode().neutral() ? FIRST_STRENGTH : edit.strength();
        return edit.withMask(mask.isEmpty() ? Optional.empty() : Optional.of(mask.toMask())).withStrength(strength);
    }

    /** A mask as fine as the picture, but no finer than any hook point's map needs. */
    private static PaintedMask blank(Pixels picture) {
        int coarser = Math.ceilDiv(Math.max(picture.width(), picture.height()), FINEST);
        return new PaintedMask(Math.ceilDiv(picture.height(), coarser), Math.ceilDiv(picture.width(), coarser));
    }
}

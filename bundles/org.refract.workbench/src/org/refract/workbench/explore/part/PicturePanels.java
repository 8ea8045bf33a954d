package org.refract.workbench.explore.part;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.swt.graphics.Rectangle;
import org.refract.workbench.explore.Exploration;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.Drawing;

/** Lays out which pictures are shown, and where. */
final class PicturePanels {
    private static final int MARGIN = 8;
    private static final int CAPTION = 22;

    private PicturePanels() {
    }

    /**
     * One picture on the screen.
     *
     * @param caption above it
     * @param drawing what it is of; a person paints on it
     * @param pixels  what is shown
     * @param under   what is shown left of the divider, if there is one
     * @param place   where
     */
    record Panel(String caption, Drawing drawing, Pixels pixels, Optional<Pixels> under, Rectangle place) {
    }

    static List<Panel> of(Exploration state, Rectangle area) {
        if (state.before().isEmpty()) {
            return List.of();
        }
        Drawing before = state.before().get();
        Drawing after = state.after().orElse(before);
        String name = state.change().map(PicturePanels::after).orElse("");
        Panel one = panel(state.after().isEmpty() ? "" : "Before", before, area);
        Panel other = panel(name, after, area);
        if (state.glance().before()) {
            return List.of(one);
        }
        return switch (state.comparison()) {
            case BEFORE -> List.of(one);
            case AFTER, FLICKER -> List.of(other);
            case SIDE_BY_SIDE -> {
                Rectangle[] halves = halves(before.picture(), area);
                yield List.of(panel("Before", before, halves[0]), panel(state.after().isEmpty() ? "After: no edits" : name, after, halves[1]));
            }
            case WIPE -> List.of(new Panel(state.after().isEmpty() ? "Before | After: no edits" : "Before | " + name, after, after.picture(),
                    Optional.of(before.picture()), other.place));
            case DIFFERENCE -> List.of(new Panel(state.change().map(PicturePanels::difference).orElse("Difference: no edits"), after,
                    before.picture().difference(after.picture()), Optional.empty(), other.place));
        };
    }

    private static String after(double change) {
        return "After · changed by " + percent(change);
    }

    private static String difference(double change) {
        return "Difference, amplified · changed by " + percent(change);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share > 0 && share < 0.0995 ? "%.2g %%" : "%.0f %%", 100 * share);
    }

    private static Panel panel(String caption, Drawing drawing, Rectangle room) {
        return new Panel(caption, drawing, drawing.picture(), Optional.empty(), place(drawing.picture(), room));
    }

    /** Beside each other or one above the other, whichever leaves more room. */
    private static Rectangle[] halves(Pixels picture, Rectangle area) {
        int width = area.width / 2;
        int height = area.height / 2;
        Rectangle[] beside = {new Rectangle(area.x, area.y, width, area.height), new Rectangle(area.x + width, area.y, width, area.height)};
        Rectangle[] stacked = {new Rectangle(area.x, area.y, area.width, height), new Rectangle(area.x, area.y + height, area.width, height)};
        return place(picture, stacked[0]).width > place(picture, beside[0]).width ? stacked : beside;
    }

    /** Where a picture goes in a room. */
    static Rectangle place(Pixels picture, Rectangle room) {
        return Pictures.fitted(picture.width(), picture.height(), new Rectangle(room.x + MARGIN, room.y + CAPTION,
                Math.max(1, room.width - 2 * MARGIN), Math.max(1, room.height - CAPTION - MARGIN)));
    }
}

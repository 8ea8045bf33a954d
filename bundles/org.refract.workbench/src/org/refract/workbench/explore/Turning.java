package org.refract.workbench.explore;

import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.refract.workbench.picture.PaintedMask;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.work.Background;

/** What a person can do to turn features. Every method returns at once; on the screen's thread only. */
public final class Turning {
    /** A slider that is being dragged draws after this rest, in milliseconds. */
    private static final int DEBOUNCE = 120;

    private final Exploration state;
    private final Background background;
    private final Drawer drawer;
    private final Supplier<Optional<Subject>> subject;
    private final Painting painting = new Painting();
    private long turn;

    Turning(Exploration state, Background background, Drawer drawer, Supplier<Optional<Subject>> subject) {
        this.state = state;
        this.background = background;
        this.drawer = drawer;
        this.subject = subject;
    }

    /** Chooses how the selected feature is changed. */
    public void mode(EditMode mode) {
        Edit edit = state.current();
        if (mode != edit.mode()) {
            painting.forget();
            state.current(state.edits().of(edit.feature(), mode).orElseGet(() -> edit.withMode(mode)));
        }
    }

    /** Turns the selected feature. The picture follows after a short rest. */
    public void strength(double value) {
        if (state.selected().isPresent()) {
            put(state.current().withStrength(value).withMuted(false));
        }
    }

    /** Chooses during which denoising steps the selected feature is changed. */
    public void acting(Edit.Steps steps) {
        if (state.selected().isPresent()) {
            put(state.current().withActing(steps));
        }
    }

    /**
     * Paints with the brush where the selected feature is added. A first stroke with a neutral strength sets a strength that
     * can be seen. Coordinates are pixels of the picture.
     */
    public void stroke(double fromX, double fromY, double toX, double toY) {
        paint(mask -> {
            double scale = state.before().map(d -> (double) mask.columns() / d.picture().width()).orElse(1.0);
            mask.stroke(fromX * scale, fromY * scale, toX * scale, toY * scale, state.brush().radius() * mask.columns(), state.brush().erases() ? 0 : 1);
        });
    }

    /** Paints a rectangle, in shares of the picture. */
    public void fill(double left, double top, double right, double bottom) {
        paint(mask -> {
            mask.clear();
            mask.fill(left, top, right, bottom);
        });
    }

    /** Nothing is painted for the selected feature any more. */
    public void clearPaint() {
        paint(PaintedMask::clear);
    }

    private void paint(Consumer<PaintedMask> action) {
        if (state.selected().isEmpty() || state.before().isEmpty()) {
            state.status(Status.says("Generate a picture and select a feature, then paint."));
            return;
        }
        mode(EditMode.PAINT);
        put(painting.painted(state.current(), state.before().get().picture(), action));
    }

    /** The selected feature is as it was. */
    public void reset() {
        remove(state.current());
    }

    /** Every feature is as it was. */
    public void resetAll() {
        painting.forget();
        state.edits().clear();
        state.current(state.current().withMask(Optional.empty()).withStrength(state.current().mode().neutral()));
        redrawSoon();
    }

    /** Takes an edit off the list. */
    public void remove(Edit edit) {
        state.edits().remove(edit);
        if (edit.feature().equals(state.current().feature()) && edit.mode() == state.current().mode()) {
            painting.forget();
            state.current(Edit.neutral(edit.feature(), edit.label(), edit.mode()));
        } else {
            state.changed(Part.EDITS);
        }
        redrawSoon();
    }

    /** Leaves an edit out for now, or takes it in again. */
    public void mute(Edit edit, boolean muted) {
        Edit changed = edit.withMuted(muted);
        state.edits().put(changed);
        boolean current = edit.feature().equals(state.current().feature()) && edit.mode() == state.current().mode();
        state.current(current ? changed : state.current());
        redrawSoon();
    }

    private void put(Edit edit) {
        state.edits().put(edit);
        state.current(edit);
        redrawSoon();
    }

    /** What was asked for lately is no longer wanted. */
    void settle() {
        turn++;
    }

    /** Another feature is painted from now on. */
    void forgetPainting() {
        painting.forget();
    }

    private void redrawSoon() {
        long mine = ++turn;
        background.after(DEBOUNCE, () -> {
            if (mine == turn) {
                drawEdited();
            }
        });
    }

    /** Draws the picture with the edits as they are now. */
    void drawEdited() {
        Optional<Subject> drawn = subject.get();
        if (drawn.isEmpty() || state.before().isEmpty()) {
            return;
        }
        var changes = new ArrayList<>(state.edits().interventions());
        Drawing untouched = state.before().get();
        if (changes.isEmpty()) {
            drawer.drop();
            state.pictures(state.before(), Optional.empty());
        } else if (!state.after().map(a -> a.request().edits().equals(changes)).orElse(false)) {
            drawer.draw(drawn.get(), untouched.request().edited(changes), drawing -> state.pictures(Optional.of(untouched), Optional.of(drawing)));
        }
    }
}

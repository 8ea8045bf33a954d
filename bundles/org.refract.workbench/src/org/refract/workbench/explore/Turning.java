package org.refract.workbench.explore;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.refract.api.analysis.FeatureId;
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
    private final History history;
    private final Painting painting = new Painting();
    /** What a feature was turned to in a mode that was left for another; it is there again when a person comes back to it. */
    private final Map<FeatureId, Map<EditMode, Edit>> left = new HashMap<>();
    private long turn;
    private long strokes;

    Turning(Exploration state, Background background, Drawer drawer, History history, Supplier<Optional<Subject>> subject) {
        this.state = state;
        this.background = background;
        this.drawer = drawer;
        this.history = history;
        this.subject = subject;
    }

    /** Chooses how the selected feature is changed. It is changed in one way at a time: the edit becomes one of the other mode. */
    public void mode(EditMode mode) {
        turnTo(mode);
        keep("mode");
    }

    private void turnTo(EditMode mode) {
        Edit edit = state.current();
        if (mode == edit.mode()) {
            return;
        }
        painting.forget();
        Map<EditMode, Edit> others = left.computeIfAbsent(edit.feature(), f -> new EnumMap<>(EditMode.class));
        others.put(edit.mode(), edit);
        Optional<Edit> there = state.edits().of(edit.feature(), mode);
        Edit other = there.or(() -> Optional.ofNullable(others.get(mode))).orElseGet(() -> edit.withMode(mode));
        if (there.isEmpty() && state.edits().of(edit.feature(), edit.mode()).isPresent()) {
            state.edits().replace(edit, other);
            redrawSoon();
        }
        state.current(other);
    }

    /** Looks at one of the edits. */
    void look(Edit edit) {
        painting.forget();
        state.current(edit);
    }

    /** Something else is open now. */
    void opened() {
        painting.forget();
        left.clear();
        state.current(Edit.neutral(Edits.NOTHING, "", state.current().mode()));
    }

    /** Puts former edits in the place of all. */
    void restore(List<Edit> edits) {
        painting.forget();
        left.clear();
        state.edits().set(edits);
        FeatureId feature = state.current().feature();
        state.current(state.edits().of(feature, state.current().mode()).or(() -> state.edits().of(feature))
                .orElseGet(() -> Edit.neutral(feature, state.current().label(), state.current().mode())));
        redrawSoon();
    }

    private void keep(String movement) {
        history.keep(movement, state.moment());
    }

    /** Turns the selected feature. The picture follows after a short rest. */
    public void strength(double value) {
        if (state.selected().isPresent()) {
            put(state.current().withStrength(value).withMuted(false));
            keep("strength of " + state.current().feature() + state.current().mode());
        }
    }

    /** Chooses during which denoising steps the selected feature is changed. */
    public void acting(Edit.Steps steps) {
        if (state.selected().isPresent()) {
            put(state.current().withActing(steps));
            keep("steps of " + state.current().feature());
        }
    }

    /** What is painted from now on is one step of the history, until the next stroke begins. */
    public void beginStroke() {
        strokes++;
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
    public void fill(double fromX, double fromY, double toX, double toY) {
        beginStroke();
        paint(mask -> {
            mask.clear();
            mask.fill(fromX, fromY, toX, toY);
        });
    }

    /** Nothing is painted for the selected feature any more. */
    public void clearPaint() {
        beginStroke();
        paint(PaintedMask::clear);
    }

    private void paint(Consumer<PaintedMask> action) {
        if (state.selected().isEmpty() || state.before().isEmpty()) {
            state.status(Status.says("Generate a picture and select a feature, then paint."));
            return;
        }
        turnTo(EditMode.PAINT);
        state.glance(state.glance().withPaint(true));
        put(painting.painted(state.current(), state.before().get().picture(), action));
        history.keepUntilReleased("stroke " + strokes, state.moment());
    }

    /** The selected feature is as it was. */
    public void reset() {
        remove(state.current());
    }

    /** Every feature is as it was. */
    public void resetAll() {
        painting.forget();
        left.clear();
        state.edits().clear();
        keep("reset all");
        state.current(state.current().withMask(Optional.empty()).withStrength(state.current().mode().neutral()));
        redrawSoon();
    }

    /** Takes an edit off the list. */
    public void remove(Edit edit) {
        state.edits().remove(edit);
        left.remove(edit.feature());
        keep("remove " + edit.feature() + edit.mode());
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
        keep("mute " + edit.feature() + edit.mode());
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
            if (state.after().isPresent()) {
                state.status(Status.says("No edit acts: the picture is as it was drawn."));
            }
            state.pictures(state.before(), Optional.empty());
        } else if (!state.after().map(a -> a.request().edits().equals(changes)).orElse(false)) {
            drawer.draw(drawn.get(), untouched.request().edited(changes), drawing -> state.pictures(Optional.of(untouched), Optional.of(drawing)));
        }
    }
}

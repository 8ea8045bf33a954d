package org.refract.workbench.explore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.refract.api.analysis.FeatureId;
import org.refract.workbench.picture.PaintedMask;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.FeatureRow;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.subject.Subjects;
import org.refract.workbench.work.Background;
import org.refract.workbench.work.Background.Lane;

/** What a person can do in the Explore view. Every method returns at once; on the screen's thread only. */
public final class Explorer {
    /** A slider that is being dragged draws after this rest, in milliseconds. */
    private static final int DEBOUNCE = 120;

    private final Exploration state = new Exploration();
    private final Subjects subjects;
    private final Background background;
    private final Atlas atlas;
    private final Drawer drawer;
    private final Painting painting = new Painting();
    private Optional<Subject> subject = Optional.empty();
    private long turn;

    public Explorer(Subjects subjects, Background background) {
        this.subjects = subjects;
        this.background = background;
        this.atlas = new Atlas(background);
        this.drawer = new Drawer(state, background);
    }

    /** What the view shows. */
    public Exploration state() {
        return state;
    }

    /** Reads icons for the widgets that show them. */
    public Atlas atlas() {
        return atlas;
    }

    /**
     * Opens a run or a model; the former one stays open until the new one is.
     *
     * @param location a folder, or empty for the newest run
     * @param keepText whether prompt, seed, steps and guidance stay as they are
     */
    public void open(Optional<Path> location, boolean keepText) {
        drawer.run("Opening " + location.map(l -> l.getFileName() == null ? l.toString() : l.getFileName().toString()).orElse("the newest run"),
                monitor -> subjects.open(location, monitor), opened -> {
                    subject.ifPresent(this::giveBack);
                    subject = Optional.of(opened);
                    show(opened, keepText);
                });
    }

    private void show(Subject opened, boolean keepText) {
        state.edits().clear();
        state.dictionary(0);
        atlas.opened(opened);
        if (!keepText) {
            state.request(new DrawRequest(opened.info().prompt(), state.request().seed(), opened.info().steps(), opened.info().guidance(), List.of()));
        }
        state.subject(Optional.of(opened.info()));
        state.pictures(Optional.empty(), Optional.empty());
        state.selected(Optional.empty(), state.current());
        state.current(state.current());
        state.status(Status.says(opened.info().dictionaries().isEmpty()
                ? "This model has no dictionaries yet: refract unpack --model " + opened.info().model() + " trains them."
                : "Opened " + opened.info().name() + ". Write a prompt and press Generate."));
        readFeatures();
    }

    /** Sets the prompt. */
    public void prompt(String text) {
        change(r -> new DrawRequest(text, r.seed(), r.steps(), r.guidance(), List.of()));
    }

    /** Sets the seed. */
    public void seed(long seed) {
        change(r -> new DrawRequest(r.prompt(), seed, r.steps(), r.guidance(), List.of()));
    }

    /** Draws a seed by lot. */
    public void dice() {
        seed(RandomGenerator.getDefault().nextInt(1, Integer.MAX_VALUE));
    }

    /** Sets the number of denoising steps. */
    public void steps(int steps) {
        change(r -> new DrawRequest(r.prompt(), r.seed(), Math.max(1, steps), r.guidance(), List.of()));
    }

    /** Sets the guidance scale. */
    public void guidance(double scale) {
        change(r -> new DrawRequest(r.prompt(), r.seed(), r.steps(), Math.max(0, scale), List.of()));
    }

    private void change(UnaryOperator<DrawRequest> operation) {
        DrawRequest changed = operation.apply(state.request());
        if (!changed.equals(state.request())) {
            state.request(changed);
        }
    }

    /** Draws the picture, and again with the edits if there are any. */
    public void generate() {
        if (subject.isEmpty()) {
            state.status(Status.trouble("There is no model yet: open a run folder or a model folder first."));
            return;
        }
        turn++;
        Subject drawn = subject.get();
        DrawRequest request = state.request();
        drawer.draw(drawn, request, drawing -> {
            state.pictures(Optional.of(drawing), Optional.empty());
            list();
            select(state.selected());
            selectStrongest();
            if (!state.edits().interventions().isEmpty()) {
                drawEdited();
            }
        });
    }

    /** Stops what is being done; what was there stays. */
    public void cancel() {
        turn++;
        drawer.cancel();
    }

    /** Shows another hook point's features. */
    public void chooseDictionary(int index) {
        if (index != state.dictionary()) {
            state.dictionary(index);
            select(Optional.empty());
            readFeatures();
        }
    }

    private void readFeatures() {
        if (state.dictionaryInfo().isEmpty()) {
            state.rows(List.of());
            return;
        }
        atlas.features(state.dictionary(), () -> {
            list();
            selectStrongest();
        }, this::warn);
    }

    /** With a picture on the screen some feature is always looked at. */
    private void selectStrongest() {
        if (state.selected().isEmpty() && state.before().isPresent()) {
            select(state.rows().stream().findFirst());
        }
    }

    /** Lists the features whose label holds these words. */
    public void search(String text) {
        list(text, state.wholeDictionary(), state.order());
    }

    /** Lists all features, or those that are active in the picture. */
    public void wholeDictionary(boolean all) {
        list(state.search(), all, state.order());
    }

    /** Sorts the list by a column, or the other way round. */
    public void sort(Order.Column column) {
        list(state.search(), state.wholeDictionary(), state.order().clicked(column));
    }

    private void list(String text, boolean all, Order order) {
        state.list(text, all, order);
        list();
    }

    private void list() {
        state.rows(FeatureList.rows(atlas.read(state.dictionary()), state.active(), state.overlay().step(), state.search(),
                state.wholeDictionary(), state.order()));
    }

    /** Looks at a feature. */
    public void select(Optional<FeatureRow> row) {
        painting.forget();
        Optional<FeatureRow> fresh = row.map(r -> state.rows().stream()
                .filter(other -> other.feature().latent() == r.feature().latent()).findFirst().orElse(r));
        Optional<FeatureId> id = fresh.flatMap(r -> state.dictionaryInfo().map(d -> new FeatureId(d.point(), r.feature().latent())));
        state.selected(fresh, id.map(i -> state.edits().of(i).orElseGet(() -> Edit.neutral(i, fresh.get().label(), state.current().mode())))
                .orElse(state.current()));
        id.ifPresent(feature -> atlas.details(feature, details -> {
            if (state.selectedId().equals(id)) {
                state.details(details);
            }
        }, this::warn));
    }

    /** Looks at a feature by its number, whether or not it is in the list; says so if there is none. */
    public void select(FeatureId feature) {
        int index = state.subject().map(s -> s.dictionaries().stream().map(d -> d.point()).toList().indexOf(feature.point())).orElse(-1);
        if (index < 0) {
            return;
        }
        chooseDictionary(index);
        atlas.features(index, () -> {
            List<FeatureRow> all = atlas.read(index);
            if (index == state.dictionary() && feature.latent() < all.size()) {
                select(Optional.of(all.get(feature.latent())));
            }
        }, this::warn);
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

    private void redrawSoon() {
        long mine = ++turn;
        background.after(DEBOUNCE, () -> {
            if (mine == turn) {
                drawEdited();
            }
        });
    }

    private void drawEdited() {
        if (subject.isEmpty() || state.before().isEmpty()) {
            return;
        }
        var changes = new ArrayList<>(state.edits().interventions());
        Drawing untouched = state.before().get();
        if (changes.isEmpty()) {
            drawer.drop();
            state.pictures(state.before(), Optional.empty());
        } else if (!state.after().map(a -> a.request().edits().equals(changes)).orElse(false)) {
            drawer.draw(subject.get(), untouched.request().edited(changes), drawing -> state.pictures(Optional.of(untouched), Optional.of(drawing)));
        }
    }

    /** Shows the picture before, after, or both. */
    public void compare(Comparison comparison) {
        state.comparison(comparison);
    }

    /** Changes how the heat map lies over the picture. */
    public void overlay(Overlay overlay) {
        boolean otherStep = overlay.step() != state.overlay().step();
        state.overlay(overlay);
        if (otherStep) {
            list();
        }
    }

    /** Takes another brush. */
    public void brush(Brush brush) {
        state.brush(brush);
    }

    /** Puts a sentence into the status line. */
    public void say(String sentence) {
        state.status(Status.says(sentence));
    }

    /** Puts a sentence about something to mend into the status line. */
    public void warn(String sentence) {
        state.status(Status.trouble(sentence));
    }

    /** Says what is under the pointer; "" if nothing is. */
    public void point(String words) {
        state.pointed(words);
    }

    /** Ends all work and gives the model's memory back. */
    public void close() {
        cancel();
        subject.ifPresent(this::giveBack);
        subject = Optional.empty();
    }

    private void giveBack(Subject old) {
        background.start(Lane.MODEL, "Closing " + old.info().name(), monitor -> {
            old.close();
            return old;
        }, Silence.instance());
    }
}

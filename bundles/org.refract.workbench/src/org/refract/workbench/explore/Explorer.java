package org.refract.workbench.explore;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.FeatureDetails.ExamplePicture;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.subject.SubjectInfo;
import org.refract.workbench.subject.Subjects;
import org.refract.workbench.work.Background;
import org.refract.workbench.work.Background.Lane;
import org.refract.workbench.work.Background.Outcome;

/** What a person can do in the Explore view. Every method returns at once; on the screen's thread only. */
public final class Explorer {
    /** How long a flicker shows each picture, in milliseconds. */
    private static final int FLICKER = 600;

    private final Exploration state = new Exploration();
    private final Subjects subjects;
    private final Background background;
    private final Atlas atlas;
    private final History history;
    private final Set<DrawRequest> asked = new LinkedHashSet<>();
    private final Drawer drawer;
    private final Turning turning;
    private final Browsing browsing;
    private final Keeping keeping;
    private Optional<Subject> subject = Optional.empty();

    public Explorer(Subjects subjects, Background background) {
        this.subjects = subjects;
        this.background = background;
        this.atlas = new Atlas(background);
        this.history = new History(System::nanoTime);
        this.drawer = new Drawer(state, background);
        this.turning = new Turning(state, background, drawer, history, () -> subject);
        this.browsing = new Browsing(state, atlas, turning, this::warn);
        this.keeping = new Keeping(this, background, turning, history, () -> subject);
    }

    /** What the view shows. */
    public Exploration state() {
        return state;
    }

    /** Turns features. */
    public Turning turning() {
        return turning;
    }

    /** Looks through the features. */
    public Browsing browsing() {
        return browsing;
    }

    /** Saves pictures with how they were drawn, and takes that back from them. */
    public Keeping keeping() {
        return keeping;
    }

    /** Reads icons for the widgets that show them. */
    public Atlas atlas() {
        return atlas;
    }

    /**
     * Opens a run or a model; the former one stays open until the new one is.
     *
     * @param location a folder, or empty for the newest run
     * @param keepText whether prompt and seed stay as they are; steps and guidance are always the run's own
     */
    public void open(Optional<Path> location, boolean keepText) {
        open(location, Optional.empty(), keepText);
    }

    /**
     * Opens a run whose model lies elsewhere than its record says; its twin is {@code refract workbench RUN --model DIR}.
     *
     * @param moved where the model is now
     */
    public void open(Optional<Path> location, Optional<Path> moved, boolean keepText) {
        state.homeless(Optional.empty());
        drawer.run("Opening " + location.map(l -> l.getFileName() == null ? l.toString() : l.getFileName().toString()).orElse("the newest run"),
                monitor -> subjects.open(location, moved, monitor), opened -> {
                    subject.ifPresent(this::giveBack);
                    subject = Optional.of(opened);
                    show(opened, keepText);
                }, () -> location.ifPresent(this::lookForModel));
    }

    /** After a run could not be opened: finds out whether that is because its model was moved. */
    private void lookForModel(Path run) {
        background.start(Lane.FILES, "Looking for the model", monitor -> subjects.missingModel(run), new Outcome<Optional<Path>>() {
            @Override
            public void done(Optional<Path> missing) {
                missing.ifPresent(model -> state.homeless(Optional.of(run)));
            }

            @Override
            public void failed(String sentence) {
                warn(sentence);
            }
        });
    }

    private void show(Subject opened, boolean keepText) {
        state.edits().clear();
        state.dictionary(0);
        atlas.opened(opened);
        DrawRequest begins = opened.info().begins();
        state.request(keepText ? state.request().drawnAs(begins) : begins);
        state.subject(Optional.of(opened.info()));
        state.pictures(Optional.empty(), Optional.empty());
        state.selected(Optional.empty(), state.current());
        turning.opened();
        asked.clear();
        history.begin(state.moment());
        state.status(welcome(opened.info()));
        browsing.readFeatures();
    }

    private static Status welcome(SubjectInfo info) {
        if (!info.warnings().isEmpty()) {
            return Status.trouble(String.join(" ", info.warnings()));
        }
        return Status.says(info.dictionaries().isEmpty() ? "This model has no dictionaries yet: refract unpack --model " + info.model() + " trains them."
                : "Opened " + info.title() + " of " + info.name() + ". Write a prompt and press Generate.");
    }

    /** Draws in the steps and with the guidance that the run was recorded with. */
    public void asRecorded() {
        state.subject().ifPresent(info -> change("as recorded", r -> r.drawnAs(info.begins())));
    }

    /** Sets the prompt. */
    public void prompt(String text) {
        change("prompt", r -> new DrawRequest(text, r.seed(), r.steps(), r.guidance(), List.of()));
    }

    /** Sets the seed. */
    public void seed(long seed) {
        change("seed", r -> new DrawRequest(r.prompt(), seed, r.steps(), r.guidance(), List.of()));
    }

    /** Draws a seed by lot. */
    public void dice() {
        seed(RandomGenerator.getDefault().nextInt(1, Integer.MAX_VALUE));
    }

    /** Sets the number of denoising steps. */
    public void steps(int steps) {
        change("steps", r -> new DrawRequest(r.prompt(), r.seed(), Math.max(1, steps), r.guidance(), List.of()));
    }

    /** Sets the guidance scale. */
    public void guidance(double scale) {
        change("guidance", r -> new DrawRequest(r.prompt(), r.seed(), r.steps(), Math.max(0, scale), List.of()));
    }

    private void change(String movement, UnaryOperator<DrawRequest> operation) {
        DrawRequest changed = operation.apply(state.request());
        if (!changed.equals(state.request())) {
            state.request(changed);
            history.keep(movement, state.moment());
        }
    }

    /** Whether there is a step to take back. */
    public boolean canUndo() {
        return history.canUndo();
    }

    /** Whether a step that was taken back can be done again. */
    public boolean canRedo() {
        return history.canRedo();
    }

    /** Takes the last change of prompt, seed, steps, guidance or edits back. */
    public void undo() {
        restore(history.undo(), "There is nothing to undo.");
    }

    /** Does again what was taken back. */
    public void redo() {
        restore(history.redo(), "There is nothing to redo.");
    }

    private void restore(Optional<History.Moment> moment, String otherwise) {
        if (moment.isEmpty()) {
            state.status(Status.says(otherwise));
            return;
        }
        state.request(moment.get().request());
        turning.restore(moment.get().edits());
        boolean otherPicture = state.before().filter(b -> !b.request().equals(state.request())).isPresent();
        if (otherPicture && asked.contains(state.request())) {
            generate();
        }
    }

    /** Draws the picture, and again with the edits if there are any. */
    public void generate() {
        generate(List.of());
    }

    /** @param notes what must still be said when it is drawn */
    void generate(List<String> notes) {
        if (subject.isEmpty()) {
            state.status(state.work().isPresent() ? Status.says("The model is still being opened.")
                    : Status.trouble("There is no model yet: open a run folder or a model folder first."));
            return;
        }
        turning.settle();
        Subject drawn = subject.get();
        DrawRequest request = state.request();
        asked.add(request);
        drawer.draw(drawn, request, drawing -> {
            state.pictures(Optional.of(drawing), Optional.empty());
            browsing.pictureChanged();
            if (!state.edits().interventions().isEmpty()) {
                turning.drawEdited();
            }
            if (!notes.isEmpty()) {
                warn(String.join(" ", notes));
            }
        });
    }

    /** Draws a recording's picture again, as it was recorded. */
    public void redraw(ExamplePicture example) {
        DrawRequest request = state.subject().map(info -> state.request().drawnAs(info.begins())).orElse(state.request());
        change("example", r -> new DrawRequest(example.caption(), example.seed().orElse(r.seed()), request.steps(), request.guidance(), List.of()));
        generate();
    }

    /** Stops what is being done; what was there stays. */
    public void cancel() {
        turning.settle();
        drawer.cancel();
    }

    /** Chooses which pictures are shown, and how. */
    public void compare(Comparison comparison) {
        boolean begins = comparison == Comparison.FLICKER && state.comparison() != Comparison.FLICKER;
        state.comparison(comparison);
        state.glance(state.glance().withBefore(false));
        if (begins) {
            background.after(FLICKER, this::flicker);
        }
    }

    private void flicker() {
        if (state.comparison() == Comparison.FLICKER) {
            state.glance(state.glance().withBefore(!state.glance().before()));
            background.after(FLICKER, this::flicker);
        }
    }

    /** Changes what is seen for the moment. */
    public void glance(UnaryOperator<Glance> change) {
        state.glance(change.apply(state.glance()));
    }

    /** Changes how the heat map lies over the picture. */
    public void overlay(Overlay overlay) {
        boolean otherStep = overlay.step() != state.overlay().step();
        state.overlay(overlay);
        if (otherStep) {
            browsing.list();
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

package org.refract.workbench.explore;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.subject.Subjects;
import org.refract.workbench.work.Background;
import org.refract.workbench.work.Background.Lane;

/** What a person can do in the Explore view. Every method returns at once; on the screen's thread only. */
public final class Explorer {
    private final Exploration state = new Exploration();
    private final Subjects subjects;
    private final Background background;
    private final Atlas atlas;
    private final Drawer drawer;
    private final Turning turning;
    private final Browsing browsing;
    private Optional<Subject> subject = Optional.empty();

    public Explorer(Subjects subjects, Background background) {
        this.subjects = subjects;
        this.background = background;
        this.atlas = new Atlas(background);
        this.drawer = new Drawer(state, background);
        this.turning = new Turning(state, background, drawer, () -> subject);
        this.browsing = new Browsing(state, atlas, turning, this::warn);
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
        browsing.readFeatures();
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
        turning.settle();
        Subject drawn = subject.get();
        DrawRequest request = state.request();
        drawer.draw(drawn, request, drawing -> {
            state.pictures(Optional.of(drawing), Optional.empty());
            browsing.pictureChanged();
            if (!state.edits().interventions().isEmpty()) {
                turning.drawEdited();
            }
        });
    }

    /** Stops what is being done; what was there stays. */
    public void cancel() {
        turning.settle();
        drawer.cancel();
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

package org.refract.workbench.explore;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.refract.workbench.picture.Pixels;
import org.refract.workbench.subject.DrawRequest;
import org.refract.workbench.subject.Drawing;
import org.refract.workbench.subject.Subject;
import org.refract.workbench.work.Background;
import org.refract.workbench.work.Background.Lane;
import org.refract.workbench.work.Background.Outcome;
import org.refract.workbench.work.Background.Running;
import org.refract.workbench.work.Background.Task;
import org.refract.workbench.work.Progress;

/** Runs one piece of work on the model at a time: the newest. An older one is cancelled and what still comes of it is dropped. */
final class Drawer {
    /** How long work takes before what it has come to so far is shown, in milliseconds. */
    private static final int PATIENCE = 1000;

    private final Exploration state;
    private final Background background;
    private Optional<Running> running = Optional.empty();
    private long newest;
    private Optional<Pixels> preview = Optional.empty();
    private boolean longWork;
    private final Set<String> notes = new LinkedHashSet<>();

    Drawer(Exploration state, Background background) {
        this.state = state;
        this.background = background;
    }

    void draw(Subject subject, DrawRequest request, Consumer<Drawing> shown) {
        long start = System.nanoTime();
        String title = request.edits().isEmpty() ? "Drawing" : "Drawing with edits";
        run(title, monitor -> subject.draw(request, monitor), drawing -> {
            String told = notes.isEmpty() ? "" : " " + String.join(" ", notes);
            state.status(Status.says(drawn(drawing, System.nanoTime() - start) + told));
            shown.accept(drawing);
        });
    }

    <T> void run(String title, Task<T> task, Consumer<T> shown) {
        run(title, task, shown, () -> { });
    }

    /** @param failed what to do when it failed and that was told */
    <T> void run(String title, Task<T> task, Consumer<T> shown, Runnable failed) {
        running.ifPresent(Running::cancel);
        long mine = ++newest;
        notes.clear();
        preview = Optional.empty();
        longWork = false;
        background.after(PATIENCE, () -> {
            if (mine == newest) {
                longWork = true;
                showPreview();
            }
        });
        state.work(Optional.of(Progress.begun(title)));
        running = Optional.of(background.start(Lane.MODEL, title, task, new Outcome<T>() {
            @Override
            public void done(T result) {
                if (end()) {
                    shown.accept(result);
                } else if (result instanceof Subject late) {
                    background.start(Lane.MODEL, "Closing " + late.info().name(), monitor -> {
                        late.close();
                        return late;
                    }, Silence.instance());
                }
            }

            @Override
            public void failed(String sentence) {
                if (end()) {
                    state.status(Status.trouble(sentence));
                    failed.run();
                }
            }

            @Override
            public void cancelled() {
                if (end()) {
                    state.status(Status.says("Cancelled; what was on the screen stays."));
                }
            }

            @Override
            public void progress(Progress progress) {
                if (mine == newest) {
                    state.work(Optional.of(progress));
                }
            }

            @Override
            public void preview(Pixels picture) {
                if (mine == newest) {
                    preview = Optional.of(picture);
                    showPreview();
                }
            }

            @Override
            public void note(String sentence) {
                if (mine == newest) {
                    notes.add(sentence);
                }
            }

            private boolean end() {
                if (mine != newest) {
                    return false;
                }
                rest();
                return true;
            }
        }));
    }

    /** Drops the running work without a word, because what it would show is no longer wanted. */
    void drop() {
        newest++;
        cancel();
        if (state.work().isPresent()) {
            rest();
        }
    }

    /** What is done at once is worth no preview, which would only flicker. */
    private void showPreview() {
        if (longWork && running.isPresent()) {
            state.preview(preview);
        }
    }

    private void rest() {
        running = Optional.empty();
        state.preview(Optional.empty());
        state.work(Optional.empty());
    }

    /** Asks the running work to stop. */
    void cancel() {
        running.ifPresent(Running::cancel);
    }

    private static String drawn(Drawing drawing, long nanoseconds) {
        double seconds = nanoseconds / 1e9;
        String edits = switch (drawing.request().edits().size()) {
            case 0 -> "";
            case 1 -> " with one edit";
            default -> " with " + drawing.request().edits().size() + " edits";
        };
        return String.format(Locale.ROOT, "Drawn%s in %.2f s, seed %d.", edits, seconds, drawing.request().seed());
    }
}

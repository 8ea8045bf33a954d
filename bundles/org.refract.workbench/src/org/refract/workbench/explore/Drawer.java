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
    private final Exploration state;
    private final Background background;
    private Optional<Running> running = Optional.empty();
    private long newest;
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
        running.ifPresent(Running::cancel);
        long mine = ++newest;
        notes.clear();
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
                    state.preview(Optional.of(picture));
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

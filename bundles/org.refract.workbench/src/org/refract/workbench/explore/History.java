package org.refract.workbench.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.refract.workbench.subject.DrawRequest;

/**
 * What a person asked for, step by step, so that each step can be taken back and done again. What comes of one movement is one step: letters
 * that are typed or a slider that is dragged without a pause, a stroke of the brush from the press to the release. On the screen's thread
 * only.
 */
final class History {
    private static final int LONGEST = 200;
    private static final long PAUSE = 1_000_000_000L;

    private final LongSupplier clock;
    private final List<Moment> moments = new ArrayList<>();
    private int now;
    private String kind = "";
    private long last;

    /**
     * What stands at one time.
     *
     * @param request prompt, seed, steps and guidance
     * @param edits   all edits in their order
     */
    record Moment(DrawRequest request, List<Edit> edits) {
        Moment {
            edits = List.copyOf(edits);
        }
    }

    /** @param clock in nanoseconds */
    History(LongSupplier clock) {
        this.clock = clock;
    }

    /** Forgets everything: nothing of it means anything for what is open now. */
    void begin(Moment first) {
        moments.clear();
        moments.add(first);
        now = 0;
        kind = "";
    }

    /** Keeps what a movement has come to; a pause ends the movement. */
    void keep(String movement, Moment moment) {
        keep(movement, moment, clock.getAsLong() - last <= PAUSE);
    }

    /** Keeps what a movement has come to that no pause ends. */
    void keepUntilReleased(String movement, Moment moment) {
        keep(movement, moment, true);
    }

    private void keep(String movement, Moment moment, boolean goesOn) {
        last = clock.getAsLong();
        if (moments.isEmpty() || moment.equals(moments.get(now))) {
            return;
        }
        moments.subList(now + 1, moments.size()).clear();
        if (goesOn && movement.equals(kind) && now > 0) {
            moments.set(now, moment);
        } else {
            moments.add(moment);
            now++;
        }
        if (moments.size() > LONGEST) {
            moments.removeFirst();
            now--;
        }
        kind = movement;
    }

    boolean canUndo() {
        return now > 0;
    }

    boolean canRedo() {
        return now + 1 < moments.size();
    }

    /** What stood before the newest step. */
    Optional<Moment> undo() {
        kind = "";
        return canUndo() ? Optional.of(moments.get(--now)) : Optional.empty();
    }

    /** What the step that was taken back had come to. */
    Optional<Moment> redo() {
        kind = "";
        return canRedo() ? Optional.of(moments.get(++now)) : Optional.empty();
    }
}

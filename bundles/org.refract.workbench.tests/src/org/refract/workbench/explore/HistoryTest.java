package org.refract.workbench.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.refract.workbench.explore.History.Moment;
import org.refract.workbench.subject.DrawRequest;

class HistoryTest {
    private long now;
    private final History history = new History(() -> now);

    private static Moment moment(String prompt) {
        return new Moment(new DrawRequest(prompt, 0, 1, 0, List.of()), List.of());
    }

    private void pass(double seconds) {
        now += (long) (seconds * 1e9);
    }

    @BeforeEach
    void begin() {
        history.begin(moment(""));
    }

    @Test
    void lettersTypedWithoutAPauseAreOneStep() {
        for (String text : List.of("c", "ca", "cat")) {
            pass(0.2);
            history.keep("prompt", moment(text));
        }
        pass(3);
        history.keep("prompt", moment("cats"));
        assertEquals(Optional.of(moment("cat")), history.undo());
        assertEquals(Optional.of(moment("")), history.undo());
        assertFalse(history.canUndo());
    }

    @Test
    void anotherMovementIsAnotherStep() {
        history.keep("prompt", moment("a"));
        history.keep("seed", moment("b"));
        assertEquals(Optional.of(moment("a")), history.undo());
    }

    @Test
    void noPauseEndsAStroke() {
        history.keepUntilReleased("stroke 1", moment("a"));
        pass(20);
        history.keepUntilReleased("stroke 1", moment("b"));
        history.keepUntilReleased("stroke 2", moment("c"));
        assertEquals(Optional.of(moment("b")), history.undo());
        assertEquals(Optional.of(moment("")), history.undo());
    }

    @Test
    void aChangeAfterAnUndoBeginsAnewFromThere() {
        history.keep("a", moment("a"));
        history.keep("b", moment("b"));
        history.undo();
        assertTrue(history.canRedo());
        history.keep("a", moment("c"));
        assertFalse(history.canRedo());
        assertEquals(Optional.of(moment("a")), history.undo(), "the step that was gone back to stays");
    }

    @Test
    void whatChangesNothingIsNoStep() {
        history.keep("a", moment(""));
        assertFalse(history.canUndo());
        assertEquals(Optional.empty(), history.undo());
        assertEquals(Optional.empty(), history.redo());
    }

    @Test
    void theOldestStepsAreForgotten() {
        for (int i = 0; i < 1000; i++) {
            history.keep("step " + i, moment("" + i));
        }
        int back = 0;
        while (history.undo().isPresent()) {
            back++;
        }
        assertTrue(back >= 100 && back < 1000, back + " steps");
    }
}

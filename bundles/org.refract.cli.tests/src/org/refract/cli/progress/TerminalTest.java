package org.refract.cli.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How wide a terminal is taken to be. */
final class TerminalTest {

    @Test
    void theEnvironmentMayAskForASize() {
        assertEquals(Optional.of(new WindowSize(132, 43)), Terminal.said("132", "43"));
        assertEquals(Optional.of(new WindowSize(132, 24)), Terminal.said("132", ""));
        assertEquals(Optional.empty(), Terminal.said("", "43"));
        assertEquals(Optional.empty(), Terminal.said("wide", ""));
    }

    @Test
    void linesStayReadableInAnyWindow() {
        assertEquals(40, new Terminal(true, 3, 24).width());
        assertEquals(400, new Terminal(true, 9999, 24).width());
        assertEquals(100, new Terminal(true, 200, 50).helpWidth());
    }

    @Test
    void theSizeIsAskedForEachTimeBecauseAWindowCanBeDragged() {
        int[] columns = {80};
        Terminal terminal = new Terminal(true, () -> new WindowSize(columns[0], 24));
        assertEquals(80, terminal.width());
        columns[0] = 200;
        assertEquals(200, terminal.width());
    }

    @Test
    void whereThereIsNoTerminalTheSystemTellsNothing() {
        WindowSize.ofStandardError().ifPresent(size -> assertEquals(true, size.columns() > 0 && size.rows() > 0));
    }
}

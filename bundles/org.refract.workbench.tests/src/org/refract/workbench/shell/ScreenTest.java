package org.refract.workbench.shell;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;

class ScreenTest {
    @Test
    void withoutADisplayThereIsOneSentenceAndExitCode1() {
        RefractException none = assertThrows(RefractException.class, () -> Screen.require("Linux", Map.of("DISPLAY", " ")));
        assertEquals(1, none.exitCode());
        assertTrue(none.getMessage().startsWith("There is no screen"));
        assertTrue(none.getMessage().endsWith("."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DISPLAY", "WAYLAND_DISPLAY"})
    void anyDisplayWillDo(String variable) {
        assertDoesNotThrow(() -> Screen.require("Linux", Map.of(variable, "x")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Windows 11", "Mac OS X"})
    void elsewhereTheScreenIsNotAVariable(String system) {
        assertDoesNotThrow(() -> Screen.require(system, Map.of()));
    }
}

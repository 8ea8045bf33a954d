package org.refract.workbench.shell;

import java.util.Locale;
import java.util.Map;
import org.eclipse.swt.SWTError;
import org.eclipse.swt.widgets.Display;
import org.refract.api.RefractException;

/** Finds out whether there is a screen to open a window on. */
final class Screen {
    private Screen() {
    }

    /**
     * Looks at the environment only.
     *
     * @throws RefractException if there can be no window
     */
    static void require(String system, Map<String, String> environment) throws RefractException {
        boolean unix = !system.toLowerCase(Locale.ROOT).startsWith("windows") && !system.toLowerCase(Locale.ROOT).startsWith("mac");
        if (unix && environment.getOrDefault("DISPLAY", "").isBlank() && environment.getOrDefault("WAYLAND_DISPLAY", "").isBlank()) {
            throw RefractException.failure("There is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set; "
                    + "log in to a desktop, use ssh -X, or run it under xvfb-run.");
        }
    }

    /**
     * Connects the calling thread with the screen.
     *
     * @throws RefractException if the screen does not answer or the widget library is not installed
     */
    static Display connect() throws RefractException {
        try {
            return new Display();
        } catch (SWTError e) {
            throw RefractException.failure(e, "The screen %s does not answer (%s); check DISPLAY, or run it under xvfb-run.",
                    System.getenv().getOrDefault("DISPLAY", System.getenv().getOrDefault("WAYLAND_DISPLAY", "")), e.getMessage());
        } catch (LinkageError e) {
            throw RefractException.failure(e, "The window needs GTK 3, which cannot be loaded here; install it (Debian, Ubuntu: "
                    + "apt install libgtk-3-0; Fedora: dnf install gtk3).");
        }
    }
}

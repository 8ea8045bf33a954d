package org.refract.cli.progress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What standard error leads to.
 *
 * @param interactive whether a person watches it, so that a line may be rewritten
 * @param width       columns
 */
public record Terminal(boolean interactive, int width) {
    private static final int USUAL_WIDTH = 80;
    private static final int READABLE_WIDTH = 100;

    /** The terminal behind standard error, by its file descriptor where the platform shows it, else by the console. */
    public static Terminal ofStandardError() {
        Map<String, String> environment = System.getenv();
        boolean screen = screen() && !environment.getOrDefault("TERM", "").equals("dumb");
        return new Terminal(screen, width(environment.getOrDefault("COLUMNS", "")));
    }

    /** Columns for help texts: as wide as the terminal, but no wider than reads well. */
    public int helpWidth() {
        return Math.clamp(width, 60, READABLE_WIDTH);
    }

    private static boolean screen() {
        Path descriptor = Path.of("/proc/self/fd/2");
        try {
            if (Files.exists(descriptor)) {
                String target = descriptor.toRealPath().toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            }
        } catch (IOException unreadable) {
            return false;
        }
        return System.console() != null && System.console().isTerminal();
    }

    private static int width(String columns) {
        try {
            return Math.clamp(Integer.parseInt(columns.strip()), 40, 400);
        } catch (NumberFormatException unset) {
            return USUAL_WIDTH;
        }
    }
}

package org.refract.cli.progress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What standard error leads to.
 *
 * @param interactive whether a person watches it, so that a line may be rewritten
 * @param window      its size as it is now
 */
public record Terminal(boolean interactive, Supplier<WindowSize> window) {
    private static final int LEAST_WIDTH = 40;
    private static final int MOST_WIDTH = 400;
    private static final int READABLE_WIDTH = 100;

    /** One whose size does not change. */
    public Terminal(boolean interactive, int columns, int rows) {
        this(interactive, () -> new WindowSize(columns, rows));
    }

    /** The terminal behind standard error, by its file descriptor where the platform shows it, else by the console. */
    public static Terminal ofStandardError() {
        Map<String, String> environment = System.getenv();
        boolean screen = screen() && !environment.getOrDefault("TERM", "").equals("dumb");
        Optional<WindowSize> said = said(environment.getOrDefault("COLUMNS", ""), environment.getOrDefault("LINES", ""));
        return new Terminal(screen, () -> said.or(() -> screen ? WindowSize.ofStandardError() : Optional.empty()).orElse(WindowSize.USUAL));
    }

    /** Columns. */
    public int width() {
        return Math.clamp(window.get().columns(), LEAST_WIDTH, MOST_WIDTH);
    }

    /** Lines. */
    public int rows() {
        return window.get().rows();
    }

    /** Columns for help texts: as wide as the terminal, but no wider than reads well. */
    public int helpWidth() {
        return Math.clamp(width(), 60, READABLE_WIDTH);
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

    /** The size that the environment asks for, which need not be the window's. */
    static Optional<WindowSize> said(String columns, String lines) {
        try {
            int rows = lines.isBlank() ? WindowSize.USUAL.rows() : Integer.parseInt(lines.strip());
            return Optional.of(new WindowSize(Integer.parseInt(columns.strip()), rows));
        } catch (NumberFormatException unset) {
            return Optional.empty();
        }
    }
}

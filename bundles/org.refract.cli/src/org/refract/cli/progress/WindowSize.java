package org.refract.cli.progress;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * How large a terminal's window is.
 *
 * @param columns characters of a line
 * @param rows lines
 */
public record WindowSize(int columns, int rows) {

    /** What a terminal has that says nothing else. */
    public static final WindowSize USUAL = new WindowSize(80, 24);

    private static final int STANDARD_ERROR = 2;

    /** The request {@code TIOCGWINSZ} of ioctl(2), by system. */
    private static final long LINUX = 0x5413;
    private static final long MAC = 0x4008_7468;

    /** {@code struct winsize}: rows, columns and pixels, 16 bits each. */
    private static final int BYTES = 8;

    /** The window of the terminal behind standard error as it is now; empty where there is none, or the system does not tell. */
    static Optional<WindowSize> ofStandardError() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        long request = system.contains("linux") ? LINUX : system.contains("mac") ? MAC : 0;
        if (request == 0) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            FunctionDescriptor ioctl = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
            MethodHandle call = linker.downcallHandle(linker.defaultLookup().findOrThrow("ioctl"), ioctl, Linker.Option.firstVariadicArg(2));
            MemorySegment size = arena.allocate(BYTES, Short.BYTES);
            if ((int) call.invokeExact(STANDARD_ERROR, request, size) != 0) {
                return Optional.empty();
            }
            int rows = Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 0));
            int columns = Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, Short.BYTES));
            return columns == 0 || rows == 0 ? Optional.empty() : Optional.of(new WindowSize(columns, rows));
        } catch (Throwable untold) {
            return Optional.empty();
        }
    }
}

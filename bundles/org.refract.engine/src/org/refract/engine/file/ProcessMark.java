package org.refract.engine.file;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one process of one machine for good: its id, which the system gives out again, with the moment of its start.
 *
 * @param pid the system's id
 * @param started milliseconds since 1970
 */
public record ProcessMark(long pid, long started) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})");
    /** The system's clock may be set while a process runs, which moves what the system says of its start. */
    private static final long TOLERANCE_MILLIS = 2000;

    /** This process. */
    public static ProcessMark current() {
        return of(ProcessHandle.current());
    }

    /** Reads what {@link #toString()} wrote. */
    public static Optional<ProcessMark> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new ProcessMark(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** Whether that process still runs. */
    public boolean isAlive() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(p -> Math.abs(of(p).started - started) <= TOLERANCE_MILLIS).orElse(false);
    }

    @Override
    public String toString() {
        return pid + "-" + started;
    }

    private static ProcessMark of(ProcessHandle process) {
        return new ProcessMark(process.pid(), process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }
}

package org.refract.cli.progress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The words of a progress display. Pure: the same state gives the same line.
 * <pre>
 * whole job 12 %, 3 min left  Recording block updates  ━━━━━━━━━━━━━━━━╸─────────  64 %  1 280/2 000  92/s  8 s left  loss 0.182
 * </pre>
 */
final class ProgressLine {
    private static final int LONGEST_BAR = 30;
    private static final int SHORTEST_BAR = 6;

    private ProgressLine() {
    }

    /**
     * @param title   the stage
     * @param done    units done
     * @param total   units in all, 0 if unknown
     * @param elapsed since the stage began
     * @param metrics live numbers by name
     * @param headline how far the whole job is, which stands first, "" if it has one stage
     * @param width   columns; the result is never wider
     */
    static String of(String title, long done, long total, Duration elapsed, Map<String, Double> metrics,
            String headline, int width) {
        String facts = facts(done, total, elapsed, metrics);
        String head = headline.isEmpty() ? title : headline + "  " + title;
        int room = width - head.length() - facts.length() - 4;
        String bar = total > 0 && room >= SHORTEST_BAR ? bar((double) done / total, Math.min(room, LONGEST_BAR)) + "  " : "";
        String line = head + "  " + bar + facts;
        return line.length() <= width ? line : line.substring(0, width - 1) + "…";
    }

    /** A line for logs: no bar. */
    static String plain(String title, long done, long total, Duration elapsed, Map<String, Double> metrics, String headline) {
        return (headline.isEmpty() ? title : headline + ", " + title) + ": " + facts(done, total, elapsed, metrics).strip();
    }

    private static String facts(long done, long total, Duration elapsed, Map<String, Double> metrics) {
        double seconds = elapsed.toMillis() / 1000.0;
        double rate = seconds > 0 ? done / seconds : 0;
        List<String> facts = new ArrayList<>();
        if (total > 0) {
            facts.add(String.format(Locale.ROOT, "%3d %%  %s/%s", percent(done, total), grouped(done), grouped(total)));
        } else if (done > 0) {
            facts.add(grouped(done));
        }
        if (rate > 0) {
            facts.add(rate(rate));
        }
        if (total > done && rate > 0) {
            facts.add(time(Math.round((total - done) / rate)) + " left");
        }
        metrics.forEach((name, value) -> facts.add(name + " " + number(value)));
        return String.join("  ", facts);
    }

    private static String bar(double share, int columns) {
        int full = (int) (Math.clamp(share, 0, 1) * columns);
        return full >= columns ? "━".repeat(columns) : "━".repeat(full) + "╸" + "─".repeat(columns - full - 1);
    }

    private static int percent(long done, long total) {
        return (int) Math.min(100, 100 * done / total);
    }

    private static String rate(double perSecond) {
        return perSecond >= 1 || perSecond == 0 ? grouped(Math.round(perSecond)) + "/s"
                : String.format(Locale.ROOT, "%.1f s each", 1 / perSecond);
    }

    /** {@code 12 s}, {@code 3:05}, {@code 1:02:05}. */
    static String time(long seconds) {
        return seconds < 60 ? seconds + " s"
                : seconds < 3600 ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private static String grouped(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Three significant digits. */
    static String number(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        return String.format(Locale.ROOT, size >= 100 || value == Math.rint(value) ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f"
                : size >= 0.01 ? "%.3f" : "%.1e", value);
    }
}

package org.refract.cli.curves;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.Plain;
import org.refract.api.RefractException;
import org.refract.api.plot.Series.Line;
import org.refract.cli.progress.Printed;
import org.refract.cli.progress.Terminal;
import org.refract.engine.train.TrainingLogs;
import org.refract.plot.BraillePlot;

/**
 * Shows a training that runs, in this process or another one: its curves are drawn again whenever its logs have grown or the window has another
 * size, until all of its dictionaries are written.
 *
 * @param folder of the training
 * @param metrics what is drawn, those of them that are logged
 * @param terminal where
 */
public record TrainingWatch(Path folder, List<String> metrics, Terminal terminal) {

    /** What tells most of a training at a glance. */
    public static final List<String> USUAL = List.of("explained_variance", "total", "dead");

    /** Lines of a plot. */
    private static final int MOST_ROWS = 8;
    private static final int LEAST_ROWS = 3;

    /** Lines of a plot beside its rows: its title and its horizontal axis. */
    private static final int AROUND = 2;

    /** Lines of a window that are left to the progress below. */
    private static final int BELOW = 2;

    private static final String CLEAR = "\u001b[2J";
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    /** The plots as they are now; on a screen as many and as high as fit in. */
    public List<String> picture() throws RefractException {
        TrainingLogs logs = TrainingLogs.read(folder);
        Map<String, List<Line>> plots = new LinkedHashMap<>();
        for (String metric : metrics) {
            List<Line> curves = logs.curves(metric).stream().map(c -> new Line(Plain.line(c.name()), c.x(), c.y())).toList();
            if (!curves.isEmpty()) {
                plots.put(Plain.line(metric), curves);
            }
        }
        if (plots.isEmpty()) {
            String logged = logs.metrics().isEmpty() ? " yet." : "; there are " + String.join(", ", logs.metrics()) + ".";
            return List.of(Plain.line("Nothing of " + String.join(", ", metrics) + " is logged" + logged));
        }
        boolean screen = terminal.interactive();
        int room = screen ? terminal.rows() - BELOW : Integer.MAX_VALUE;
        List<String> legend = Legend.of(plots).lines(terminal.width(), Math.max(2, room - Math.min(room / 2, plots.size() * (LEAST_ROWS + AROUND))), screen);
        int left = room - legend.size();
        int shown = Math.clamp(left / (LEAST_ROWS + AROUND), 1, plots.size());
        int rows = Math.clamp(left / shown - AROUND, LEAST_ROWS, MOST_ROWS);
        List<String> lines = new ArrayList<>();
        plots.entrySet().stream().limit(shown)
                .forEach(plot -> lines.addAll(BraillePlot.of(plot.getKey(), plot.getValue(), terminal.width(), rows, screen)));
        lines.addAll(legend);
        return lines;
    }

    /** Draws until the training is done or the thread is interrupted; where nobody watches a screen, once. */
    public void follow(PrintWriter out, long everyMillis) throws RefractException {
        Printed screen = Printed.of(out);
        List<String> shown = List.of();
        while (!Thread.currentThread().isInterrupted()) {
            boolean done = TrainingLogs.done(folder);
            List<String> now = TrainingLogs.in(folder) ? picture() : List.of();
            if (!now.equals(shown)) {
                screen.styled(terminal.interactive() ? frame(now, shown.isEmpty()) : String.join(System.lineSeparator(), now) + System.lineSeparator());
                shown = now;
            }
            if (done || !terminal.interactive()) {
                return;
            }
            try {
                Thread.sleep(everyMillis);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One text, so that nothing comes between its lines; each covers the line that was there, so that nothing flickers. */
    private static String frame(List<String> lines, boolean first) {
        StringBuilder text = new StringBuilder(first ? CLEAR : "").append(HOME);
        lines.forEach(line -> text.append(line).append(CLEAR_LINE).append(System.lineSeparator()));
        return text.append(CLEAR_BELOW).toString();
    }
}

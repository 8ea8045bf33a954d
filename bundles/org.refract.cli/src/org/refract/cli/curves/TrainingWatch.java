package org.refract.cli.curves;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.cli.progress.Terminal;

/**
 * Shows a training that runs, in this process or another one: its curves are drawn again whenever its logs have grown.
 *
 * @param folder of the training
 * @param metrics what is drawn, those of them that are logged
 * @param terminal where
 */
public record TrainingWatch(Path folder, List<String> metrics, Terminal terminal) {

    /** What tells most of a training at a glance. */
    public static final List<String> USUAL = List.of("explained_variance", "total", "dead");

    private static final int ROWS = 8;
    private static final String HOME = "\u001b[H\u001b[2J";

    /** The plots as they are now. */
    public List<String> picture() throws RefractException {
        TrainingLogs logs = TrainingLogs.read(folder);
        List<String> lines = new ArrayList<>();
        for (String metric : metrics) {
            List<Curve> curves = logs.curves(metric);
            if (!curves.isEmpty()) {
                lines.addAll(BraillePlot.of(metric, curves, terminal.width(), ROWS, terminal.interactive()));
                lines.add("");
            }
        }
        if (lines.isEmpty()) {
            lines.add("Nothing of " + String.join(", ", metrics) + " is logged yet.");
        }
        return lines;
    }

    /** Draws until the thread is interrupted; where nobody watches a screen, once. */
    public void follow(PrintWriter out, long everyMillis) throws RefractException {
        List<String> shown = List.of();
        while (!Thread.currentThread().isInterrupted()) {
            List<String> now = TrainingLogs.in(folder) ? picture() : List.of();
            if (!now.equals(shown)) {
                out.print(terminal.interactive() ? HOME : "");
                now.forEach(out::println);
                out.flush();
                shown = now;
            }
            if (!terminal.interactive()) {
                return;
            }
            try {
                Thread.sleep(everyMillis);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

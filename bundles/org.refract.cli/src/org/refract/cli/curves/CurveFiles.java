package org.refract.cli.curves;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.refract.api.RefractException;
import org.refract.api.plot.Axis;
import org.refract.api.plot.Plot;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.OwnFiles;
import org.refract.engine.file.StillThere;
import org.refract.engine.train.EventFile;
import org.refract.engine.train.RunLog;
import org.refract.engine.train.TrainingLogs;
import org.refract.pictures.PictureFile;
import org.refract.plot.PlotDrawing;
import org.refract.plot.Ticks;
import org.refract.plot.Xml;

/**
 * Writes the curves of a training: {@code METRIC.svg} and {@code METRIC.png} for everything that was logged, {@code index.html} with all
 * of them, which needs nothing else, and {@code tensorboard/NAME/events.out.tfevents.*}, which TensorBoard reads.
 *
 * @param logs of the training
 */
public record CurveFiles(TrainingLogs logs) {

    /** The page. */
    public static final String PAGE = "index.html";

    private static final List<String> FIRST = List.of("explained_variance", "l0", "dead", "total");
    private static final List<String> LAST = List.of("not_activated", "density_", RunLog.SPEED);

    private static final String MARK = "<meta name=\"generator\" content=\"Refract curves\">";
    private static final String HORIZONTAL = "step";
    private static final String EVENTS = "events.out.tfevents.0.refract";

    /**
     * What was written.
     *
     * @param page to open
     * @param pictures whether there are PNG files: Java draws no text on a machine without fonts
     */
    public record Written(Path page, boolean pictures) {
        @Override
        public String toString() {
            return page + (pictures ? "" : " (without PNG files: this machine has no fonts to draw them with)");
        }
    }

    /**
     * Writes everything, first the page, by which the other files are known again.
     *
     * @throws RefractException if files of others have these names, or the disk is full
     */
    public Written write(Path folder, String title) throws RefractException {
        Map<String, Plot> charts = new LinkedHashMap<>();
        StringBuilder figures = new StringBuilder();
        for (String metric : ordered(logs.metrics())) {
            Plot plot = new Plot(metric, Axis.of(HORIZONTAL), Axis.of(""), List.copyOf(logs.curves(metric)));
            charts.put(metric.replaceAll("[^A-Za-z0-9_.+=-]", "_"), plot);
            figures.append("<figure id=\"").append(Xml.escaped(metric)).append("\">").append(PlotDrawing.svg(plot)).append("</figure>\n");
        }
        List<String> names = new ArrayList<>(List.of(PAGE));
        charts.keySet().forEach(name -> names.addAll(List.of(name + ".svg", name + ".png")));
        OwnFiles.check(folder, names, CurveFiles::areThere);
        boolean pictures = true;
        try {
            AtomicFile.write(folder.resolve(PAGE), page(title, figures.toString()));
            for (Map.Entry<String, Plot> plot : charts.entrySet()) {
                AtomicFile.write(folder.resolve(plot.getKey() + ".svg"), PlotDrawing.svg(plot.getValue()));
                pictures = pictures && isDrawn(plot.getValue(), folder.resolve(plot.getKey() + ".png"));
            }
            writeEvents(folder.resolve("tensorboard"));
        } catch (IOException e) {
            throw FileFailure.writing(folder, e);
        }
        StillThere.check(List.of(folder.resolve(PAGE)));
        return new Written(folder.resolve(PAGE), pictures);
    }

    /**
     * Looks at a folder before there are curves.
     *
     * @throws RefractException if the page of somebody else is there
     */
    public static void check(Path folder) throws RefractException {
        OwnFiles.check(folder, List.of(PAGE), CurveFiles::areThere);
    }

    private static boolean areThere(Path folder) {
        try {
            return Files.readString(folder.resolve(PAGE)).contains(MARK);
        } catch (IOException notText) {
            return false;
        }
    }

    /** What says most comes first, the many numbers about densities come last. */
    private static List<String> ordered(Collection<String> metrics) {
        return metrics.stream().sorted(Comparator.comparingInt(metric -> FIRST.contains(metric) ? FIRST.indexOf(metric)
                : LAST.stream().anyMatch(metric::startsWith) ? FIRST.size() + 1 : FIRST.size())).toList();
    }

    /** Fonts are found by native libraries, which fail in many ways where they are missing. */
    private static boolean isDrawn(Plot plot, Path file) throws RefractException {
        try {
            AtomicFile.write(file, PictureFile.png(PlotDrawing.picture(plot)));
            return true;
        } catch (RuntimeException | LinkageError | InternalError noFonts) {
            return false;
        }
    }

    private String page(String title, String charts) throws IOException {
        StringBuilder rows = new StringBuilder();
        logs.entries().forEach((name, lines) -> {
            if (!lines.isEmpty()) {
                RunLog.Entry last = lines.getLast();
                rows.append(String.format(Locale.ROOT, "<tr><td>%s</td><td>%d</td><td>%s</td><td>%s</td><td>%s</td></tr>%n",
                        Xml.escaped(name), last.step(), number(last, "l0"), number(last, "explained_variance"), number(last, "dead")));
            }
        });
        try (InputStream in = CurveFiles.class.getResourceAsStream("curves.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("{{title}}", Xml.escaped(title)).replace("{{rows}}", rows)
                    .replace("{{charts}}", charts);
        }
    }

    private static String number(RunLog.Entry entry, String metric) {
        Double value = entry.metrics().get(metric);
        return value == null ? "" : Ticks.number(value);
    }

    /** The log keeps no times; they are reckoned back from now by its speed. */
    private void writeEvents(Path folder) throws RefractException {
        double now = System.currentTimeMillis() / 1000.0;
        for (Map.Entry<String, List<RunLog.Entry>> log : logs.entries().entrySet()) {
            double[] seconds = seconds(log.getValue());
            double end = seconds.length == 0 ? 0 : seconds[seconds.length - 1];
            Path file = folder.resolve(log.getKey()).resolve(EVENTS);
            try (EventFile events = EventFile.create(file, now - end)) {
                for (int i = 0; i < seconds.length; i++) {
                    RunLog.Entry entry = log.getValue().get(i);
                    events.add(now - end + seconds[i], entry.step(), entry.metrics());
                }
                events.commit();
            }
        }
    }

    private static double[] seconds(List<RunLog.Entry> lines) {
        double[] seconds = new double[lines.size()];
        long samples = 0;
        double time = 0;
        for (int i = 0; i < seconds.length; i++) {
            double speed = lines.get(i).metrics().getOrDefault(RunLog.SPEED, 0.0);
            time += speed > 0 ? (lines.get(i).samples() - samples) / speed : 0;
            samples = lines.get(i).samples();
            seconds[i] = time;
        }
        return seconds;
    }
}

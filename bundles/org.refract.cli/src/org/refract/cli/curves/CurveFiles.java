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
import java.util.function.Predicate;
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
 * of them, which needs nothing else, and {@code tensorboard/NAME/events.out.tfevents.*}, which TensorBoard reads. Two equal trainings have
 * equal files: how fast it went is apart, in {@code clock.html}, {@code samples_per_second.*} and {@code tensorboard/NAME/clock/}, and the time
 * that TensorBoard's format wants of every event is its step, in seconds.
 *
 * @param logs of the training
 */
public record CurveFiles(TrainingLogs logs) {

    /** The page. */
    public static final String PAGE = "index.html";

    private static final List<String> FIRST = List.of("explained_variance", "l0", "dead", "total");
    private static final List<String> LAST = List.of("not_activated", "density_");
    /** The page of what differs between two equal trainings. */
    private static final String CLOCK_PAGE = "clock.html";
    private static final String CLOCK = "clock";

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
        StringBuilder clock = new StringBuilder();
        for (String metric : ordered(logs.metrics())) {
            Plot plot = new Plot(metric, Axis.of(HORIZONTAL), Axis.of(""), List.copyOf(logs.curves(metric)));
            charts.put(metric.replaceAll("[^A-Za-z0-9_.+=-]", "_"), plot);
            (metric.equals(RunLog.SPEED) ? clock : figures).append("<figure id=\"").append(Xml.escaped(metric)).append("\">").append(PlotDrawing.svg(plot))
                    .append("</figure>\n");
        }
        List<String> names = new ArrayList<>(List.of(PAGE, CLOCK_PAGE));
        charts.keySet().forEach(name -> names.addAll(List.of(name + ".svg", name + ".png")));
        OwnFiles.check(folder, names, CurveFiles::areThere);
        boolean pictures = true;
        try {
            AtomicFile.write(folder.resolve(PAGE), page(title, figures.toString()));
            if (!clock.isEmpty()) {
                AtomicFile.write(folder.resolve(CLOCK_PAGE), page(title, clock.toString()));
            }
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

    /** How fast it went is a run of its own for TensorBoard, beside the numbers that two equal trainings share. */
    private void writeEvents(Path folder) throws RefractException {
        for (Map.Entry<String, List<RunLog.Entry>> log : logs.entries().entrySet()) {
            Path place = folder.resolve(log.getKey());
            writeEvents(place.resolve(EVENTS), log.getValue(), metric -> !metric.equals(RunLog.SPEED));
            if (log.getValue().stream().anyMatch(entry -> entry.metrics().containsKey(RunLog.SPEED))) {
                writeEvents(place.resolve(CLOCK).resolve(EVENTS), log.getValue(), RunLog.SPEED::equals);
            }
        }
    }

    private static void writeEvents(Path file, List<RunLog.Entry> lines, Predicate<String> which) throws RefractException {
        try (EventFile events = EventFile.create(file)) {
            events.begin(0);
            for (RunLog.Entry line : lines) {
                Map<String, Double> metrics = new LinkedHashMap<>(line.metrics());
                metrics.keySet().removeIf(which.negate());
                events.add(line.step(), line.step(), metrics);
            }
            events.commit();
        }
    }
}

package org.refract.engine.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.plot.Series.Line;
import org.refract.engine.file.FileFailure;

/**
 * The logs of a training, by the names of its dictionaries in alphabetical order.
 *
 * @param entries lines of each
 */
public record TrainingLogs(Map<String, List<RunLog.Entry>> entries) {

    private static final String LOG = "log.jsonl";
    private static final String SAES = "saes";

    /** Whether there is a training in a folder. */
    public static boolean in(Path folder) {
        return find(folder).isPresent();
    }

    /** The folder itself, or its {@code saes}, whichever has subfolders with logs. */
    private static Optional<Path> find(Path folder) {
        for (Path place : new Path[] {folder, folder.resolve(SAES)}) {
            try (var inside = Files.isDirectory(place) ? Files.list(place) : Stream.<Path>empty()) {
                if (inside.anyMatch(p -> Files.isRegularFile(p.resolve(LOG)))) {
                    return Optional.of(place);
                }
            } catch (IOException unreadable) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Whether every dictionary of a training is written: its files are not older than its log. */
    public static boolean done(Path folder) {
        Optional<Path> place = find(folder);
        if (place.isEmpty()) {
            return false;
        }
        try (var inside = Files.list(place.get())) {
            for (Path task : inside.filter(p -> Files.isRegularFile(p.resolve(LOG))).toList()) {
                if (!isWritten(task)) {
                    return false;
                }
            }
            return true;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static boolean isWritten(Path task) throws IOException {
        FileTime logged = Files.getLastModifiedTime(task.resolve(LOG));
        try (var files = Files.list(task)) {
            for (Path file : files.filter(p -> Files.isRegularFile(p) && !p.endsWith(LOG) && !p.endsWith(RunLog.CLOCK)).toList()) {
                if (Files.getLastModifiedTime(file).compareTo(logged) >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Reads the logs of a training's folder or of a run, which may still grow.
     *
     * @throws RefractException if there are none, or a line is damaged
     */
    public static TrainingLogs read(Path folder) throws RefractException {
        Path place = find(folder).orElseThrow(() -> RefractException.usage("%s holds no training: none of its folders has a %s.", folder, LOG));
        Map<String, List<RunLog.Entry>> entries = new LinkedHashMap<>();
        try (var inside = Files.list(place)) {
            for (Path task : inside.filter(p -> Files.isRegularFile(p.resolve(LOG))).sorted().toList()) {
                entries.put(task.getFileName().toString(), timed(RunLog.read(task.resolve(LOG)), task.resolve(RunLog.CLOCK)));
            }
        } catch (IOException e) {
            throw FileFailure.reading(place, e);
        }
        return new TrainingLogs(entries);
    }

    /** Lines of a log with what its clock says of the same steps. */
    private static List<RunLog.Entry> timed(List<RunLog.Entry> lines, Path clock) throws RefractException {
        if (!Files.isRegularFile(clock)) {
            return lines;
        }
        Map<Long, RunLog.Entry> times = new HashMap<>();
        RunLog.read(clock).forEach(time -> times.put(time.step(), time));
        return lines.stream().map(line -> {
            Map<String, Double> metrics = new LinkedHashMap<>(line.metrics());
            Optional.ofNullable(times.get(line.step())).ifPresent(time -> metrics.putAll(time.metrics()));
            return new RunLog.Entry(line.step(), line.samples(), metrics);
        }).toList();
    }

    /** Names of everything that was logged, in the order of the logs. */
    public Set<String> metrics() {
        Set<String> names = new LinkedHashSet<>();
        entries.values().forEach(lines -> lines.forEach(line -> names.addAll(line.metrics().keySet())));
        return names;
    }

    /** The curves of a metric over steps, of those dictionaries that have it. */
    public List<Line> curves(String metric) {
        List<Line> curves = new ArrayList<>();
        entries.forEach((name, lines) -> {
            List<RunLog.Entry> with = lines.stream().filter(l -> l.metrics().containsKey(metric)).toList();
            if (!with.isEmpty()) {
                curves.add(new Line(name, with.stream().mapToDouble(RunLog.Entry::step).toArray(),
                        with.stream().mapToDouble(l -> l.metrics().get(metric)).toArray()));
            }
        });
        return curves;
    }
}

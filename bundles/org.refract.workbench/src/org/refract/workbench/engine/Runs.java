package org.refract.workbench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.engine.Locations;
import org.refract.engine.job.RunRecord;
import org.refract.engine.unpack.RunFolder;
import org.refract.workbench.subject.ShellWord;

/** Finds run folders that can be explored. */
final class Runs {

    private Runs() {
    }

    /** Whether a folder is a run that has at least one atlas. */
    static boolean isRun(Path folder) {
        try {
            return Files.isRegularFile(folder.resolve(RunRecord.FILE)) && !new RunFolder(folder).atlases().isEmpty();
        } catch (RefractException unreadable) {
            return false;
        }
    }

    /** The folder of the model that a run is of, as its record names it. */
    static Path model(RunFolder run) throws RefractException {
        return RunRecord.read(run.path()).modelLocation()
                .orElseThrow(() -> RefractException.usage("The record of %s does not name its model; unpack it again.", run.path())).toAbsolutePath().normalize();
    }

    /** Keeps in a run's record that its model lies elsewhere now. */
    static void moved(RunFolder run, Path model) throws RefractException {
        RunRecord.read(run.path()).modelAt(model);
    }

    /** The fingerprint of the model that a run was made from, if its record says it. */
    static Optional<String> fingerprint(RunFolder run) throws RefractException {
        return RunRecord.read(run.path()).model();
    }

    /**
     * What to do with a folder that holds a run without anything to explore yet, as a sentence; empty for a folder that holds no run.
     *
     * @throws RefractException if the run's record is damaged
     */
    static Optional<String> unfinished(Path folder) throws RefractException {
        if (!Files.isRegularFile(folder.resolve(RunRecord.FILE))) {
            return Optional.empty();
        }
        RunRecord record = RunRecord.read(folder);
        String command = Stream.concat(Stream.of("refract", record.command()), record.arguments().stream()).map(ShellWord::quoted).collect(Collectors.joining(" "));
        if (!record.command().equals("unpack")) {
            return Optional.of("%s holds what refract %s left, which has no atlas to explore; refract unpack makes one.".formatted(folder, record.command()));
        }
        boolean works = record.state() == RunRecord.State.RUNNING && !record.isInterrupted();
        return Optional.of(works ? "%s is a run that is still being made; open it when it is done.".formatted(folder)
                : "%s is a run that is not finished; this goes on where it was: %s".formatted(folder, command));
    }

    /** The newest run in a folder, in the folders it holds, and among the runs of this person. */
    static Optional<Path> newest(Path folder, Locations locations) {
        List<Path> candidates = new ArrayList<>(List.of(folder));
        candidates.addAll(inside(folder));
        candidates.addAll(inside(locations.runs()));
        return candidates.stream().filter(Runs::isRun).max(Comparator.comparing(Runs::changed));
    }

    private static List<Path> inside(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isDirectory).toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static FileTime changed(Path run) {
        try {
            return Files.getLastModifiedTime(run.resolve(RunRecord.FILE));
        } catch (IOException vanished) {
            return FileTime.fromMillis(0);
        }
    }
}

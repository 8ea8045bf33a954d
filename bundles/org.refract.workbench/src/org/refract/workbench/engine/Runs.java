package org.refract.workbench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.engine.Locations;
import org.refract.engine.job.RunRecord;
import org.refract.engine.unpack.RunFolder;

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
        List<String> typed = RunRecord.read(run.path()).arguments();
        int option = typed.indexOf("--model");
        if (option < 0 || option + 1 >= typed.size()) {
            throw RefractException.usage("The record of %s does not name its model; unpack it again.", run.path());
        }
        return Path.of(typed.get(option + 1)).toAbsolutePath().normalize();
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

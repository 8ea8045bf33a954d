package org.refract.model.sdxl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.refract.api.RefractException;

/**
 * The cache of the Hugging Face hub, {@code models--ORGANISATION--NAME/snapshots/COMMIT}, given at any level: the snapshot that its main
 * branch stands for, or the only one.
 */
final class HubCache {

    private static final String MODEL = "models--";
    private static final String SNAPSHOTS = "snapshots";
    private static final Pattern COMMIT = Pattern.compile("[0-9A-Za-z_-]{1,100}");
    private static final long LONGEST_REFERENCE = 1000;

    private HubCache() {
    }

    /**
     * The folder of a model.
     *
     * @throws RefractException if a cache holds several models or snapshots, with their names
     */
    static Path resolve(Path location) throws RefractException {
        if (!Files.isDirectory(location) || Files.isRegularFile(location.resolve(DiffusersFolder.INDEX))) {
            return location;
        }
        if (Files.isDirectory(location.resolve(SNAPSHOTS)) && (name(location).startsWith(MODEL) || Files.isDirectory(location.resolve("refs")))) {
            return snapshot(location);
        }
        if (name(location).equals(SNAPSHOTS) && name(location.toAbsolutePath().getParent()).startsWith(MODEL)) {
            return snapshot(location.toAbsolutePath().getParent());
        }
        Path hub = location.resolve("hub");
        List<Path> models = folders(Files.isDirectory(hub) ? hub : location).stream().filter(f -> name(f).startsWith(MODEL) && Files.isDirectory(f.resolve(SNAPSHOTS))).toList();
        if (models.size() > 1) {
            throw RefractException.usage("%s holds %d models; name one of them: %s.", location, models.size(), names(models));
        }
        return models.isEmpty() ? location : snapshot(models.getFirst());
    }

    /** What people call the model of a folder: of a snapshot, the name that it has on the hub. */
    static String nameOf(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        Path snapshots = whole.getParent();
        if (snapshots != null && snapshots.getParent() != null && name(snapshots).equals(SNAPSHOTS) && name(snapshots.getParent()).startsWith(MODEL)) {
            String hub = name(snapshots.getParent());
            return hub.substring(hub.lastIndexOf("--") + 2);
        }
        return name(whole);
    }

    private static Path snapshot(Path model) throws RefractException {
        Optional<Path> main = main(model);
        if (main.isPresent()) {
            return main.get();
        }
        List<Path> all = folders(model.resolve(SNAPSHOTS));
        if (all.size() != 1) {
            throw RefractException.usage(all.isEmpty() ? "%s holds no snapshot of its model; download it again." : "%s holds several snapshots; name one of them: %s.",
                    model, names(all));
        }
        return all.getFirst();
    }

    private static Optional<Path> main(Path model) {
        Path reference = model.resolve("refs").resolve("main");
        try {
            if (Files.isRegularFile(reference) && Files.size(reference) <= LONGEST_REFERENCE) {
                String commit = Files.readString(reference).strip();
                return COMMIT.matcher(commit).matches() ? Optional.of(model.resolve(SNAPSHOTS).resolve(commit)).filter(Files::isDirectory) : Optional.empty();
            }
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static List<Path> folders(Path in) throws RefractException {
        try (Stream<Path> files = Files.list(in)) {
            return files.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw RefractException.usage("%s cannot be read (%s); check its permissions.", in, e.getMessage());
        }
    }

    private static String names(List<Path> folders) {
        return String.join(", ", folders.stream().map(HubCache::name).toList());
    }

    private static String name(Path folder) {
        return String.valueOf(folder.getFileName());
    }
}

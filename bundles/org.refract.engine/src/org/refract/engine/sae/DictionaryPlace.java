package org.refract.engine.sae;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.api.sae.CheckpointFormat;
import org.refract.api.sae.CheckpointFormat.Checkpoint;
import org.refract.engine.file.FileFailure;
import org.refract.engine.file.MadeBeside;

/**
 * Where a dictionary is written. A format makes it beside, so that it never touches what is there; then it takes its place, if that is free
 * or holds a dictionary of the same format.
 *
 * @param format in which it is written
 * @param place the file or folder
 */
public record DictionaryPlace(CheckpointFormat format, Path place) {

    /** What is looked at before a dictionary gets its name. */
    @FunctionalInterface
    public interface Inspection {
        /** @throws RefractException if it must not get its name */
        void look(Path written) throws RefractException;
    }

    /**
     * Looks at the place before any work is done.
     *
     * @throws RefractException if something else has that name
     */
    public void check() throws RefractException {
        if (Files.exists(place) && !entries(place).equals(List.of()) && !format.recognises(place)) {
            throw RefractException.usage("%s is there and is no %s dictionary, so it is not replaced: choose another name, or move it away.", place,
                    format.id());
        }
    }

    /**
     * Writes a dictionary alone into its place.
     *
     * @param inspection looks at it before it gets its name
     * @throws RefractException if something else has that name or lies there, the format cannot hold the dictionary, or the disk is full
     */
    public void write(Checkpoint checkpoint, Inspection inspection) throws RefractException {
        check();
        try (MadeBeside made = MadeBeside.of(place)) {
            format.write(checkpoint, made.path());
            inspection.look(made.path());
            if (Files.isDirectory(made.path()) != Files.isDirectory(place) && Files.exists(place)) {
                throw RefractException.usage("%s is a %s, but a dictionary of the format %s is a %s: choose another name.", place,
                        Files.isDirectory(place) ? "folder" : "file", format.id(), Files.isDirectory(place) ? "file" : "folder");
            }
            List<String> names = made.names();
            Optional<String> other = Files.isDirectory(place) ? entries(place).stream().filter(name -> !names.contains(name)).findFirst() : Optional.empty();
            if (other.isPresent()) {
                throw RefractException.usage("%s holds %s besides, which is no part of this %s dictionary: choose another folder, or move that away.", place,
                        other.get(), format.id());
            }
            check();
            made.commit();
        }
    }

    /**
     * Writes a dictionary into a folder in which other things lie that stay; one that is a file gets the folder's name there.
     *
     * @return its files
     * @throws RefractException if something else lies there under a name that the dictionary needs, or as {@link #write(Checkpoint, Inspection)}
     */
    public List<Path> writeInto(Checkpoint checkpoint) throws RefractException {
        try (MadeBeside made = MadeBeside.of(place)) {
            format.write(checkpoint, made.path());
            if (Files.isDirectory(made.path()) || !Files.isDirectory(place)) {
                List<String> names = made.names();
                Optional<String> same = entries(place).stream().filter(names::contains).findFirst();
                if (same.isPresent() && !format.recognises(place)) {
                    throw RefractException.usage("%s is there and belongs to no %s dictionary, so it is not replaced: choose another folder, or move it away.",
                            place.resolve(same.get()), format.id());
                }
                made.commit();
                return names.isEmpty() ? List.of(place) : names.stream().map(place::resolve).toList();
            }
        }
        Path file = place.resolve(place.getFileName());
        new DictionaryPlace(format, file).write(checkpoint, written -> {
        });
        return List.of(file);
    }

    /** Names of what a folder holds; of a file its own. */
    private static List<String> entries(Path place) throws RefractException {
        if (!Files.isDirectory(place)) {
            return Files.exists(place) ? List.of(place.getFileName().toString()) : List.of();
        }
        try (Stream<Path> all = Files.list(place)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw FileFailure.reading(place, e);
        }
    }
}

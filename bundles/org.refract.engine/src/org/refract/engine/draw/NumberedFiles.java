package org.refract.engine.draw;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFile;
import org.refract.engine.file.FileFailure;
import org.refract.pictures.PictureFile;

/**
 * Picture files that replace nothing: one whose name is taken by another gets {@code -2}, {@code -3} ... before its ending. The same bytes
 * again are the same file, and a picture that was cut off is written anew.
 */
public final class NumberedFiles {

    private final Set<Path> taken = new HashSet<>();

    /**
     * A file to be.
     *
     * @param file its name if that is free
     */
    public record Named(Path file, byte[] bytes) {
    }

    /** {@code a.png} and 2 are {@code a-2.png}; 1 is the name itself. */
    public static Path numbered(Path file, int number) {
        if (number == 1) {
            return file;
        }
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return file.resolveSibling(dot < 0 ? name + "-" + number : name.substring(0, dot) + "-" + number + name.substring(dot));
    }

    /**
     * Writes files that belong together and get the same number.
     *
     * @return where they are, in order
     * @throws RefractException if the disk is full or may not be written to
     */
    public List<Path> write(List<Named> files) throws RefractException {
        for (int number = 1; ; number++) {
            int with = number;
            List<Path> places = files.stream().map(named -> numbered(named.file(), with)).toList();
            if (areFree(files, places)) {
                for (int i = 0; i < places.size(); i++) {
                    if (!holds(places.get(i), files.get(i).bytes())) {
                        AtomicFile.write(places.get(i), files.get(i).bytes());
                    }
                    taken.add(places.get(i));
                }
                return places;
            }
        }
    }

    private boolean areFree(List<Named> files, List<Path> places) throws RefractException {
        for (int i = 0; i < places.size(); i++) {
            Path place = places.get(i);
            boolean free = !taken.contains(place)
                    && (!Files.exists(place, LinkOption.NOFOLLOW_LINKS) || holds(place, files.get(i).bytes()) || isCutOff(place, files.get(i).bytes()));
            if (!free) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(Path place, byte[] bytes) throws RefractException {
        return size(place) == bytes.length && isBeginning(place, bytes);
    }

    private static boolean isCutOff(Path place, byte[] bytes) throws RefractException {
        return size(place) >= 0 && size(place) < bytes.length && isBeginning(place, bytes);
    }

    /** Bytes of a file, -1 if it is none. */
    private static long size(Path place) throws RefractException {
        try {
            return Files.isRegularFile(place) ? Files.size(place) : -1;
        } catch (IOException e) {
            throw FileFailure.reading(place, e);
        }
    }

    private static boolean isBeginning(Path place, byte[] bytes) throws RefractException {
        try {
            byte[] there = Files.readAllBytes(place);
            return there.length <= bytes.length && Arrays.equals(there, 0, there.length, bytes, 0, there.length);
        } catch (IOException e) {
            throw FileFailure.reading(place, e);
        }
    }

    /**
     * Looks for a picture that was drawn before, under its name or a numbered one; it is taken then.
     *
     * @param record how it was drawn
     * @return where it is, whole
     */
    public Optional<Path> find(Path file, String record) throws RefractException {
        for (int number = 1; Files.exists(numbered(file, number)); number++) {
            Path place = numbered(file, number);
            if (!taken.contains(place) && PictureFile.record(place).equals(Optional.of(record)) && PictureFile.isWhole(place)) {
                taken.add(place);
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }
}

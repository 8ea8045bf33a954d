package org.refract.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.engine.Locations;

/**
 * A sound file to damage.
 *
 * @param name its name, whose ending some readers go by
 */
public record Sample(String name, byte[] bytes) {

    /** Files above this size make a long run slow and hold nothing that smaller ones do not. */
    private static final long LARGEST = 40_000;

    /** The reference values' files of some kind, at most {@value #LARGEST} bytes each, in the order of their paths. */
    public static List<Sample> ofReference(String set, Predicate<String> name) {
        try {
            return ofFolder(new Locations().reference(set), name);
        } catch (RefractException e) {
            throw new AssertionError(e);
        }
    }

    /** The files of a folder and the folders in it. */
    public static List<Sample> ofFolder(Path folder, Predicate<String> name) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Sample> samples = files.filter(Files::isRegularFile).filter(file -> name.test(file.getFileName().toString()))
                    .filter(file -> file.toFile().length() <= LARGEST).sorted(Comparator.comparing(Path::toString)).map(Sample::of).toList();
            if (samples.isEmpty()) {
                throw new AssertionError("no sound file to damage in " + folder);
            }
            return samples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Sample of(Path file) {
        try {
            return new Sample(file.getFileName().toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

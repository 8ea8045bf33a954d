package org.refract.fuzz;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.refract.api.RefractException;

/** One kind of file: sound samples of it, how they are damaged, and what reads them. What a reader fails on is kept for every later run. */
public final class Damaged {

    /** Damages bytes as a seed says. */
    @FunctionalInterface
    public interface Damaging {
        byte[] of(byte[] sound, Random random);
    }

    /** Reads a file and closes it again. */
    @FunctionalInterface
    public interface Reader {
        void read(Path file) throws RefractException;
    }

    private final String kind;
    private final List<Sample> samples;
    private final Damaging damaging;
    private final Reader reader;
    private final Path folder;

    public Damaged(String kind, List<Sample> samples, Damaging damaging, Reader reader) {
        this.kind = kind;
        this.samples = samples;
        this.damaging = damaging;
        this.reader = reader;
        this.folder = OneSentence.folder(kind);
        folder.toFile().deleteOnExit();
    }

    /** Every sample as it is, and every file that a reader once failed on: {@code found/KIND/*} among the resources. */
    public void known() {
        samples.forEach(sample -> check(sample.name(), sample.bytes()));
        kept(kind).forEach(sample -> check(sample.name(), sample.bytes()));
    }

    /** One damaged file; the bytes that a reader fails on are left in {@code target/found}. */
    public void one(long seed) {
        Random random = new Random(seed);
        Sample sample = samples.get(random.nextInt(samples.size()));
        check(sample.name(), damaging.of(sample.bytes(), random));
    }

    private void check(String name, byte[] bytes) {
        Path file = OneSentence.write(folder.resolve(name), bytes);
        try {
            OneSentence.orSound(() -> reader.read(file));
        } catch (AssertionError e) {
            Path found = OneSentence.write(Path.of("target", "found", kind, Integer.toHexString(Arrays.hashCode(bytes)) + "-" + name), bytes);
            throw new AssertionError("%s: %s".formatted(found, e.getMessage()), e);
        } finally {
            file.toFile().delete();
        }
    }

    /** Files that were found by earlier runs or attacks. */
    private static List<Sample> kept(String kind) {
        return entries(kind).stream().map(Sample::of).toList();
    }

    /** What was found in the same way where several files are read together: a folder each, with the files that are damaged. */
    static List<Path> folders(String kind) {
        return entries(kind);
    }

    private static List<Path> entries(String kind) {
        URL found = Damaged.class.getResource("found/" + kind);
        if (found == null) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(Path.of(found.toURI()))) {
            return files.sorted(Comparator.comparing(Path::toString)).toList();
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}

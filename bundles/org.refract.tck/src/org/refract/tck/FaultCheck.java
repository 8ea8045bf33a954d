package org.refract.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFolder;
import org.refract.engine.file.FileFailure;
import org.refract.tck.FaultyFiles.Fault;

/**
 * What every writer must do when a call of the file system fails, whichever it is, with an error, for want of room or of memory: what was there
 * before is there as it was, or the new is there whole; nothing half-written has a name or stays; the failure is one sentence; no file stays open,
 * no thread stays behind; and the same again succeeds.
 *
 * <p>A test says how version 1 and version 2 of something are written into a folder, and asserts that nothing is found:
 *
 * <pre>
 * assertEquals(List.of(), FaultCheck.of((folder, version) -&gt; mine.write(folder.resolve("mine.json"), version)).differences(scratch));
 * </pre>
 */
public final class FaultCheck {

    /** Where Linux lists the files that a process has open. */
    private static final Path OPEN = Path.of("/proc/self/fd");

    private final Writing writing;
    private final boolean each;
    private final Look look;
    private final boolean every;
    private final List<String> found = new ArrayList<>();

    /** Writes the first or the second version of something into a folder. */
    @FunctionalInterface
    public interface Writing {
        /** @param version 1 or 2 */
        void write(Path folder, int version) throws RefractException, IOException;
    }

    /** What counts of a file. */
    @FunctionalInterface
    public interface Look {
        /** @return the same for two files that say the same */
        String look(Path file) throws RefractException, IOException;
    }

    private FaultCheck(Writing writing, boolean each, Look look, boolean every) {
        this.writing = writing;
        this.each = each;
        this.look = look;
        this.every = every;
    }

    /** A check of a writer; what it writes appears all at once. */
    public static FaultCheck of(Writing writing) {
        return new FaultCheck(writing, false, FaultCheck::digest, true);
    }

    /** The same of a writer whose files appear whole one by one, so that some may be new and some as before. */
    public FaultCheck ofEachFile() {
        return new FaultCheck(writing, true, look, every);
    }

    /** The same where other things than all bytes count. */
    public FaultCheck seenBy(Look other) {
        return new FaultCheck(writing, each, other, every);
    }

    /** The same of the first calls and then of calls further and further apart, for what is written slowly and in the same way a hundred times. */
    public FaultCheck atSomeCalls() {
        return new FaultCheck(writing, each, look, false);
    }

    /**
     * Writes the second version over the first once for every call that changes something and every kind of fault, in which that call fails.
     *
     * @param scratch an empty folder
     * @return what was not as it must be, a sentence each
     */
    public List<String> differences(Path scratch) throws RefractException, IOException {
        found.clear();
        Map<String, String> second = clean(scratch);
        for (Fault fault : Fault.values()) {
            long call = 1;
            while (struck(scratch, fault, call, second)) {
                call += every ? 1 : Math.max(1, call / 2);
            }
            if (call < 2) {
                found.add("no call was counted: it is not written where it was asked to be");
            }
        }
        return List.copyOf(found);
    }

    private Map<String, String> clean(Path scratch) throws RefractException, IOException {
        Path place = place(scratch);
        writing.write(place, 1);
        writing.write(place, 2);
        Map<String, String> second = contents(place);
        AtomicFolder.delete(place.getParent());
        return second;
    }

    /** Every try is made in the same place, whose path some files keep in them. */
    private static Path place(Path scratch) throws IOException {
        return Files.createDirectories(scratch.resolve("try").resolve("place"));
    }

    /** @return whether the call came */
    private boolean struck(Path scratch, Fault fault, long call, Map<String, String> second) throws RefractException, IOException {
        String when = "%s at call %d: ".formatted(fault, call);
        Path place = place(scratch);
        writing.write(place, 1);
        Map<String, String> first = contents(place);
        Set<Thread> threads = Thread.getAllStackTraces().keySet();
        FaultyFiles faulty = new FaultyFiles(fault, call);
        try {
            writing.write(faulty.of(place), 2);
        } catch (RefractException said) {
            sentence(said, fault).forEach(wrong -> found.add(when + wrong));
        } catch (OutOfMemoryError memory) {
            if (fault != Fault.MEMORY) {
                found.add(when + "it ended for want of memory");
            }
        } catch (IOException | RuntimeException e) {
            found.add(when + "it ended with " + e);
        }
        Map<String, String> left = contents(place);
        if (!left.equals(first) && !left.equals(second) && !(each && isMade(left, first, second))) {
            found.add(when + "there is " + left.keySet() + ", neither as before nor as after");
        }
        if (!faulty.failedToDelete() && !hidden(place).isEmpty()) {
            found.add(when + "it left " + hidden(place));
        }
        open(place).forEach(file -> found.add(when + file + " is still open"));
        Set<Thread> more = new HashSet<>(Thread.getAllStackTraces().keySet());
        more.removeAll(threads);
        more.removeIf(Thread::isDaemon);
        if (!more.isEmpty()) {
            found.add(when + "it left threads behind: " + more);
        }
        writing.write(place, 2);
        if (!contents(place).equals(second)) {
            found.add(when + "the same again is another thing");
        }
        AtomicFolder.delete(place.getParent());
        return faulty.struck();
    }

    /** Whether every file is as before or as after, and none is lost. */
    private static boolean isMade(Map<String, String> left, Map<String, String> first, Map<String, String> second) {
        return left.keySet().containsAll(first.keySet())
                && left.entrySet().stream().allMatch(file -> file.getValue().equals(first.get(file.getKey())) || file.getValue().equals(second.get(file.getKey())));
    }

    private static List<String> sentence(RefractException said, Fault fault) {
        List<String> wrong = new ArrayList<>();
        String text = said.getMessage();
        if (text.isBlank() || text.contains("\n") || text.contains("Exception") || text.contains(".partial")) {
            wrong.add("it says " + text);
        }
        if (fault == Fault.FULL && !FileFailure.isFull(said)) {
            wrong.add("it does not say that the disk is full but " + text);
        }
        if (said.exitCode() != RefractException.FAILURE) {
            wrong.add("it blames the request: " + text);
        }
        return wrong;
    }

    /** All that has a name of its own, with what counts of it. */
    private Map<String, String> contents(Path place) throws RefractException, IOException {
        Map<String, String> all = new TreeMap<>();
        for (Path file : files(place)) {
            String name = place.relativize(file).toString();
            if (!name.startsWith(".") && !name.contains("/.")) {
                all.put(name, look.look(file));
            }
        }
        return all;
    }

    /** What is half-written. */
    private static List<String> hidden(Path place) throws IOException {
        return files(place).stream().map(file -> place.relativize(file).toString()).filter(name -> name.startsWith(".") || name.contains("/.")).toList();
    }

    private static List<Path> files(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String digest(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    /** Files below a folder that this process has open, as far as the system tells. */
    static List<Path> open(Path place) throws IOException {
        List<Path> open = new ArrayList<>();
        if (Files.isDirectory(OPEN)) {
            try (Stream<Path> descriptors = Files.list(OPEN)) {
                for (Path descriptor : descriptors.toList()) {
                    Path file = target(descriptor);
                    if (file.startsWith(place.toRealPath())) {
                        open.add(file);
                    }
                }
            }
        }
        return open;
    }

    private static Path target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (NoSuchFileException closedMeanwhile) {
            return descriptor;
        }
    }
}

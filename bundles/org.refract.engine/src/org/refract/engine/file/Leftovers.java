package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of half-written files and folders. A name holds the mark of the process that writes, so what a killed process left behind is
 * told from what a living one is still writing.
 */
final class Leftovers {

    private static final Pattern PARTIAL = Pattern.compile("\\.(.*)\\.(\\d+-\\d+)-[0-9a-f]+\\.(partial|replaced)", Pattern.DOTALL);
    private static final String REPLACED = "replaced";

    private Leftovers() {
    }

    /** A new name beside {@code target}. */
    static Path beside(Path target) {
        return name(target, "partial");
    }

    /** A new name beside {@code target} for what is replaced there; see {@link Exchange}. */
    static Path replaced(Path target) {
        return name(target, REPLACED);
    }

    private static Path name(Path target, String kind) {
        String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return target.resolveSibling("." + target.getFileName() + "." + ProcessMark.current() + "-" + random + "." + kind);
    }

    /** Whether a file is half-written, by its name. */
    static boolean isOne(Path file) {
        return PARTIAL.matcher(file.getFileName().toString()).matches();
    }

    /** A path with the names that its half-written folders will have; what is made in a {@link MadeBeside} has its own. */
    static Path finished(Path path) {
        Path finished = path.getRoot();
        Path room = null;
        for (Path part : path) {
            Matcher name = PARTIAL.matcher(part.toString());
            Path whole = name.matches() ? path.getFileSystem().getPath(name.group(1)) : part;
            if (!part.equals(room)) {
                finished = finished == null ? whole : finished.resolve(whole);
            }
            room = name.matches() ? whole : null;
        }
        return finished == null ? path : finished;
    }

    /** Deletes what dead processes began for {@code target}; what they were about to replace comes back. */
    static void sweep(Path target) throws IOException {
        Path folder = target.getParent();
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(folder, p -> isLeftover(p, target))) {
            for (Path leftover : siblings) {
                if (leftover.getFileName().toString().endsWith(REPLACED)) {
                    Exchange.putBack(leftover, target);
                } else {
                    delete(leftover);
                }
            }
        } catch (NoSuchFileException gone) {
            return;
        }
    }

    private static boolean isLeftover(Path candidate, Path target) {
        Matcher name = PARTIAL.matcher(candidate.getFileName().toString());
        return name.matches()
                && name.group(1).equals(target.getFileName().toString())
                && ProcessMark.parse(name.group(2)).filter(ProcessMark::isAlive).isEmpty();
    }

    /** Deletes a file or a folder with all it holds; links are deleted, not followed. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

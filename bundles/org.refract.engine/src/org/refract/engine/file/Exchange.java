package org.refract.engine.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files that take the places of others in a folder, all or none: the older ones wait in a folder beside until all new ones have their names,
 * and come back if one of them does not get it. What a killed process left there comes back with the next {@link Leftovers#sweep}.
 */
final class Exchange {

    private final Path folder;
    private final Path waiting;
    private final List<Path> entered = new ArrayList<>();

    private Exchange(Path folder, Path waiting) {
        this.folder = folder;
        this.waiting = waiting;
    }

    /**
     * Moves all that a folder holds into another.
     *
     * @param made what is new
     * @param folder gets it
     * @param older names in {@code folder} that make room
     */
    static void run(Path made, Path folder, Collection<String> older) throws IOException {
        Exchange exchange = new Exchange(folder, Files.createDirectory(Leftovers.replaced(folder)));
        boolean done = false;
        try {
            for (String name : older) {
                Files.move(folder.resolve(name), exchange.waiting.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
            for (Path file : entries(made)) {
                Path place = folder.resolve(file.getFileName().toString());
                Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
                exchange.entered.add(place);
            }
            done = true;
        } finally {
            if (!done) {
                exchange.undo();
            }
        }
        Leftovers.delete(exchange.waiting);
    }

    private void undo() throws IOException {
        for (Path file : entered) {
            Leftovers.delete(file);
        }
        putBack(waiting, folder);
    }

    /** Gives older files their places again. */
    static void putBack(Path waiting, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Path file : entries(waiting)) {
            Path place = folder.resolve(file.getFileName().toString());
            Leftovers.delete(place);
            Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
        }
        Leftovers.delete(waiting);
    }

    /** What a folder holds; half-written files of others are none of it. */
    static List<Path> entries(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !Leftovers.isOne(file)).sorted().toList();
        }
    }
}

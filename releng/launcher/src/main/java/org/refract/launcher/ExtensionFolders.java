package org.refract.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.framework.Bundle;

/**
 * The folders for extensions, watched while Refract runs: a jar that comes is installed, one that changes is installed anew, one that goes is removed.
 * A jar that is still being written is waited for.
 */
final class ExtensionFolders {

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final String ENDING = ".jar";

    private final List<Path> folders;
    private final ExtensionStarter starter;
    private final Map<Path, Known> known = new HashMap<>();

    /** A file's state: what it was when it was looked at last, whether that was acted upon, and what it brought. */
    private record Known(long size, FileTime time, boolean settled, Optional<Bundle> bundle) {

        boolean isLike(Known other) {
            return size == other.size && time.equals(other.time);
        }
    }

    ExtensionFolders(List<Path> folders, ExtensionStarter starter) {
        this.folders = folders;
        this.starter = starter;
    }

    /** Installs and starts what is there now, and watches from now on. */
    void open() {
        look(true);
        Thread.ofPlatform().daemon().name("refract extensions").start(this::watch);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(PAUSE);
                look(false);
            }
        } catch (InterruptedException | IllegalStateException theFrameworkEnds) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param atOnce whether a file is taken as it is; otherwise it must be the same in two looks */
    private void look(boolean atOnce) {
        Map<Path, Known> there = there();
        boolean removed = false;
        for (Path gone : Set.copyOf(known.keySet())) {
            Known was = known.get(gone);
            if (!there.containsKey(gone) || was.settled && !was.isLike(there.get(gone))) {
                known.remove(gone);
                starter.remove(gone, was.bundle);
                removed = true;
            }
        }
        if (removed) {
            known.replaceAll((jar, was) -> was.bundle.isPresent() ? was : new Known(was.size, was.time, false, Optional.empty()));
        }
        there.forEach((jar, now) -> known.compute(jar, (path, was) -> seen(path, was, now, atOnce)));
        starter.startWaiting();
    }

    private Known seen(Path jar, Known was, Known now, boolean atOnce) {
        if (was != null && was.settled) {
            return was;
        }
        boolean stays = atOnce || was != null && was.isLike(now);
        if (!stays) {
            return now;
        }
        Optional<Bundle> bundle = starter.install(jar);
        return new Known(now.size, now.time, bundle.isPresent() || !JarFlaw.isArriving(jar), bundle);
    }

    private Map<Path, Known> there() {
        Map<Path, Known> there = new TreeMap<>();
        for (Path folder : folders) {
            try (var files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.getFileName().toString().endsWith(ENDING)).toList()) {
                    state(file).ifPresent(state -> there.put(file, state));
                }
            } catch (IOException e) {
                starter.failed(folder, "The folder cannot be read (" + e.getMessage() + ").");
            }
        }
        return there;
    }

    private static Optional<Known> state(Path file) {
        try {
            return Optional.of(new Known(Files.size(file), Files.getLastModifiedTime(file), false, Optional.empty()));
        } catch (IOException deletedMeanwhile) {
            return Optional.empty();
        }
    }
}

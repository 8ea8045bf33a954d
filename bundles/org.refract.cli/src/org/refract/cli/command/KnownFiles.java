package org.refract.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFile;

/**
 * The models, LoRAs, photos and other files that this person has drawn with before. A picture may name any file of the machine it comes to; one
 * that names only these asks for nothing new.
 */
final class KnownFiles {
    /** Options that name a file or folder which is opened. */
    static final Set<String> OPTIONS = Set.of("model", "image", "mask", "lora", "embedding", "vae", "refiner", "run");

    private static final int MOST = 10_000;
    private static final long LONGEST = 64L << 20;

    private final Path list;

    /** @param data the person's data folder */
    KnownFiles(Path data) {
        this.list = data.resolve("known-files.txt");
    }

    /** Whether a value of an option that names a file names one of them. */
    boolean know(String option, String value) {
        Set<String> known = read();
        return places(option, value).stream().anyMatch(known::contains);
    }

    /** Adds what some pictures were drawn with; where it cannot be kept, the next picture is asked about again. */
    void add(Collection<OptionValues> drawn) {
        Set<String> all = read();
        int before = all.size();
        for (OptionValues values : drawn) {
            for (String option : OPTIONS) {
                values.all(option).stream().flatMap(value -> file(option, value).stream()).forEach(all::add);
            }
        }
        if (all.size() == before) {
            return;
        }
        List<String> kept = new ArrayList<>(all);
        try {
            AtomicFile.write(list, String.join("\n", kept.subList(Math.max(0, kept.size() - MOST), kept.size())).getBytes(StandardCharsets.UTF_8));
        } catch (RefractException unwritable) {
            return;
        }
    }

    private Set<String> read() {
        try {
            return Files.exists(list) && Files.size(list) <= LONGEST ? new LinkedHashSet<>(Files.readAllLines(list)) : new LinkedHashSet<>();
        } catch (IOException unreadable) {
            return new LinkedHashSet<>();
        }
    }

    /** What a value may mean: a LoRA's may have a strength after it. */
    private static List<String> places(String option, String value) {
        List<String> places = new ArrayList<>();
        place(value).ifPresent(places::add);
        int colon = value.lastIndexOf(':');
        if (option.equals("lora") && colon > 0) {
            place(value.substring(0, colon)).ifPresent(places::add);
        }
        return places;
    }

    /** What a value meant when it was drawn with. */
    private static Optional<String> file(String option, String value) {
        try {
            return place(option.equals("lora") ? AdapterOptions.lora(value).file().toString() : value);
        } catch (RefractException gone) {
            return Optional.empty();
        }
    }

    private static Optional<String> place(String path) {
        try {
            String place = Path.of(path).toAbsolutePath().normalize().toString();
            return place.contains("\n") ? Optional.empty() : Optional.of(place);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}

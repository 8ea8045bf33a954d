package org.refract.engine.unpack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.refract.api.RefractException;
import org.refract.api.json.Json;
import org.refract.engine.file.FileFailure;

/**
 * What is drawn while a model is recorded. A file holds one prompt a line, or one JSON object a line with a {@code prompt} or a
 * {@code caption}; empty lines are skipped.
 */
public final class Prompts {
    /** Looked for in the model's folder, then beside it. */
    private static final List<String> NAMES = List.of("prompts.txt", "prompts.jsonl", "captions.jsonl");
    private static final String BUILT_IN = "prompts.txt";

    private Prompts() {
    }

    /**
     * Distinct prompts in an order drawn by lot: those of the given file, or of one that came with the model, or the built-in ones.
     *
     * @throws RefractException if the file is missing, damaged or empty
     */
    public static List<String> of(Optional<Path> file, Path model, long seed) throws RefractException {
        Optional<Path> chosen = file.or(() -> besides(model));
        List<String> prompts = new ArrayList<>(chosen.isPresent() ? read(chosen.get()) : builtIn());
        if (prompts.isEmpty()) {
            throw RefractException.usage("%s holds no prompts; write one a line.", chosen.orElseThrow());
        }
        Collections.shuffle(prompts, new Random(seed));
        return prompts;
    }

    private static Optional<Path> besides(Path model) {
        Path folder = model.toAbsolutePath().normalize();
        for (Path place : new Path[] {folder, folder.getParent()}) {
            for (String name : NAMES) {
                if (place != null && Files.isRegularFile(place.resolve(name))) {
                    return Optional.of(place.resolve(name));
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> read(Path file) throws RefractException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            return read(file.toString(), lines);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static List<String> builtIn() throws RefractException {
        try (InputStream in = Prompts.class.getResourceAsStream(BUILT_IN)) {
            return read(BUILT_IN, new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new IllegalStateException("the built-in prompts cannot be read", e);
        }
    }

    private static List<String> read(String name, BufferedReader lines) throws IOException, RefractException {
        Set<String> prompts = new LinkedHashSet<>();
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            String text = line.strip();
            if (text.startsWith("{")) {
                Json json = Json.parse(name + ", line " + number, text);
                prompts.add(json.has("prompt") ? json.at("prompt").text() : json.at("caption").text());
            } else if (!text.isEmpty()) {
                prompts.add(text);
            }
        }
        return List.copyOf(prompts);
    }
}

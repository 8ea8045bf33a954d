package org.refract.cli.command;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.api.model.Adapters;
import org.refract.api.model.Adapters.Lora;
import picocli.CommandLine.Option;

/** What is added to a model when it is opened. */
final class AdapterOptions {
    private static final double USUAL_STRENGTH = 1;

    @Option(names = "--lora", paramLabel = "FILE[:STRENGTH]", description = "A low-rank adapter, in kohya's or diffusers' naming; may be repeated (default strength: 1).")
    private List<String> loras = new ArrayList<>();

    @Option(names = "--embedding", paramLabel = "FILE", description = "A textual inversion; its word is used in the prompt. May be repeated.")
    private List<Path> embeddings = new ArrayList<>();

    @Option(names = "--vae", paramLabel = "DIR|FILE", description = "Another VAE in place of the model's.")
    private Optional<Path> vae = Optional.empty();

    @Option(names = "--text-encoders", paramLabel = "DIR|FILE",
            description = "Text encoders of another model, in place of the model's or where a file has none; may be repeated for a file each.")
    private List<Path> textEncoders = new ArrayList<>();

    /** What was asked for. */
    Adapters adapters() throws RefractException {
        List<Lora> read = new ArrayList<>();
        for (String text : loras) {
            read.add(lora(text));
        }
        for (Path file : embeddings) {
            exists(file, "textual inversion");
        }
        if (vae.isPresent()) {
            exists(vae.get(), "VAE");
        }
        for (Path place : textEncoders) {
            exists(place, "text encoder");
        }
        return new Adapters(read, embeddings, vae, textEncoders);
    }

    /** Reads {@code FILE} or {@code FILE:STRENGTH}; a colon that is part of a name is left to it. */
    static Lora lora(String text) throws RefractException {
        int colon = text.lastIndexOf(':');
        Path whole = path(text);
        if (Files.exists(whole) || colon < 1) {
            exists(whole, "LoRA");
            return new Lora(whole, USUAL_STRENGTH);
        }
        Path file = path(text.substring(0, colon));
        exists(file, "LoRA");
        try {
            double strength = Double.parseDouble(text.substring(colon + 1));
            if (Double.isFinite(strength)) {
                return new Lora(file, strength);
            }
        } catch (NumberFormatException e) {
            throw notAStrength(text, colon);
        }
        throw notAStrength(text, colon);
    }

    private static Path path(String text) throws RefractException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw RefractException.usage("'%s' can be no file's name (%s).", text, e.getReason());
        }
    }

    private static RefractException notAStrength(String text, int colon) {
        return RefractException.usage("'%s' is not the strength of a LoRA: write FILE:0.8.", text.substring(colon + 1));
    }

    private static void exists(Path file, String what) throws RefractException {
        if (!Files.exists(file)) {
            throw RefractException.usage("There is no %s at %s.", what, file);
        }
    }
}

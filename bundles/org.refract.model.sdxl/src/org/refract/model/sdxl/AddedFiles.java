package org.refract.model.sdxl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.refract.api.model.Adapters;
import org.refract.nn.weights.Fingerprint;

/**
 * What was added to a model when it was opened, as its fingerprint and its description have it.
 *
 * @param adapters what was asked for
 */
record AddedFiles(Adapters adapters) {

    /** The files that change what the weights alone say; another VAE is among the weights already. */
    List<Fingerprint.Added> forFingerprint() {
        List<Fingerprint.Added> added = new ArrayList<>();
        adapters.loras().forEach(lora -> added.add(new Fingerprint.Added("lora %s".formatted(lora.strength()), lora.file())));
        adapters.embeddings().forEach(file -> added.add(new Fingerprint.Added("embedding " + file.getFileName(), file)));
        return added;
    }

    /** Lines for people. */
    Map<String, String> inWords() {
        Map<String, String> words = new LinkedHashMap<>();
        if (!adapters.loras().isEmpty()) {
            words.put("LoRA", String.join(", ", adapters.loras().stream().map(l -> "%s × %s".formatted(name(l.file()), l.strength())).toList()));
        }
        if (!adapters.embeddings().isEmpty()) {
            words.put("textual inversion", String.join(", ", adapters.embeddings().stream().map(AddedFiles::name).toList()));
        }
        adapters.vae().ifPresent(vae -> words.put("VAE from", vae.toString()));
        if (!adapters.textEncoders().isEmpty()) {
            words.put("text encoders from", String.join(", ", adapters.textEncoders().stream().map(Path::toString).toList()));
        }
        return words;
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}

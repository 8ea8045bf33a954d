package org.refract.engine.unpack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The name that a model card gives its model: the first heading of the card in the model's folder or the one above. */
final class ModelTitle {
    private static final List<String> CARDS = List.of("MODEL_CARD.md", "README.md");
    private static final int LONGEST = 60;

    private ModelTitle() {
    }

    /** {@code emoji-sdxl, turbo} for a folder {@code turbo} below the card of emoji-sdxl; empty without a card. */
    static Optional<String> of(Path model) {
        Path folder = model.toAbsolutePath().normalize();
        Optional<String> own = heading(folder);
        return own.isPresent() || folder.getParent() == null ? own
                : heading(folder.getParent()).map(name -> name + ", " + folder.getFileName());
    }

    private static Optional<String> heading(Path folder) {
        for (String card : CARDS) {
            try {
                if (Files.isRegularFile(folder.resolve(card))) {
                    Optional<String> heading = Files.readAllLines(folder.resolve(card)).stream().filter(line -> line.startsWith("# ")).findFirst()
                            .map(line -> line.substring(2).replaceFirst(":\\s.*", "").replaceFirst("(?i)\\s*model card\\s*$", "").strip())
                            .filter(name -> !name.isEmpty() && name.length() <= LONGEST);
                    if (heading.isPresent()) {
                        return heading;
                    }
                }
            } catch (IOException unreadableCard) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}

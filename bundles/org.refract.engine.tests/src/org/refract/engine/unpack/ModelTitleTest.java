package org.refract.engine.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTitleTest {
    @TempDir
    Path folder;

    @Test
    void isTheHeadingOfTheModelsOwnCard() throws IOException {
        Files.writeString(folder.resolve("README.md"), "---\npipeline_tag: text-to-image\n---\n\n# SDXL-Turbo Model Card\n\ntext\n");
        assertEquals(Optional.of("SDXL-Turbo"), ModelTitle.of(folder));
    }

    @Test
    void isTheHeadingOfTheCardAboveWithTheFoldersName() throws IOException {
        Files.writeString(folder.resolve("MODEL_CARD.md"), "# emoji-sdxl: a small trained model\n");
        assertEquals(Optional.of("emoji-sdxl, turbo"), ModelTitle.of(Files.createDirectory(folder.resolve("turbo"))));
    }

    @Test
    void isEmptyWithoutACard() throws IOException {
        Path model = Files.createDirectories(folder.resolve("a").resolve("b"));
        assertEquals(Optional.empty(), ModelTitle.of(model));
        assertEquals(Optional.empty(), ModelTitle.of(folder.resolve("missing").resolve("model")));
    }
}

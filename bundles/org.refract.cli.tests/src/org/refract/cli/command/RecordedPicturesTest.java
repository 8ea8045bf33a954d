package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.analysis.FeatureId;
import org.refract.api.analysis.Intervention;
import org.refract.api.analysis.Intervention.Mode;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.ModelInfo;
import org.refract.api.model.Site;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.engine.draw.PictureRecipes.Past;
import org.refract.engine.draw.PictureRecipes.Recipe;

class RecordedPicturesTest {
    private static final ModelInfo MODEL = new ModelInfo("fox", "sdxl", 1, "sha256:fox", Map.of());
    private static final Intervention CHANGE = Intervention.everywhere(new FeatureId(new HookPoint("net.a", Site.UPDATE), 4), Mode.ADD, 2.5).during(1, 2);

    @TempDir
    Path folder;

    private RecordedPictures recipes;

    @BeforeEach
    void open() {
        recipes = new RecordedPictures(folder);
    }

    private static Recipe recipe() {
        return new Recipe(ImageRequest.of(6, 5.5, 24, 32).withPrompt("a fox", 12), MODEL, Map.of("run", List.of("runs/one"), "feature", List.of("net.a#4+2.5/1-2")),
                List.of(CHANGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fox.png", "fox.jpg", "fox.webp"})
    void aPictureGivesBackWhatItWasWrittenWith(String name) throws RefractException {
        Path file = folder.resolve(name);
        recipes.write(file, new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB), recipe());
        Past past = recipes.read(file);
        assertEquals(new Past(Optional.of("a fox"), Optional.of(12L), Optional.of(6), Optional.of(5.5), List.of(CHANGE), Optional.of("fox"), Optional.of("sha256:fox"),
                Map.of("size", List.of("32x24")), List.of()), past);
        assertTrue(new KnownFiles(folder).know("run", "runs/one"), "--like opens the run without asking");
        PastPicture command = PastPicture.of(file);
        assertEquals(List.of("net.a#4+2.5/1-2"), command.values().all("feature"), "--like turns the same feature");
        assertEquals(Optional.of("runs/one"), command.values().first("run"));
    }

    @Test
    void aPictureOfAWebUiIsReadAsFarAsItSays() throws IOException, RefractException {
        Path file = folder.resolve("web.png");
        Files.write(file, PictureFile.bytes(file, new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), new PictureText(
                Optional.of("a fox\nNegative prompt: blue\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 64x64, Model: other"), Optional.empty(), Optional.empty(), Map.of())));
        Past past = recipes.read(file);
        assertEquals(Optional.of("a fox"), past.prompt());
        assertEquals(Optional.of(5L), past.seed());
        assertEquals(Optional.of(20), past.steps());
        assertEquals(Optional.of(7.0), past.guidance());
        assertEquals(List.of("blue"), past.others().get("negative"));
        assertEquals(Optional.empty(), past.fingerprint());
    }
}

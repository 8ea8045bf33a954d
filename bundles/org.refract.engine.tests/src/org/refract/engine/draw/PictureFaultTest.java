package org.refract.engine.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.engine.file.AtomicFile;
import org.refract.pictures.PictureFile;
import org.refract.pictures.PictureText;
import org.refract.tck.FaultCheck;

/** A picture with its record is there whole, or as it was before. */
class PictureFaultTest {

    @TempDir
    private Path folder;

    private static BufferedImage picture(int version) {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 256; i++) {
            image.setRGB(i % 16, i / 16, i * 0x10305 * version);
        }
        return image;
    }

    private static byte[] bytes(String name, int version) {
        return PictureFile.bytes(Path.of(name), picture(version), PictureText.of("a prompt", "version " + version));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg", "a.webp"})
    void aPictureInEveryFormat(String name) throws Exception {
        assertEquals(List.of(), FaultCheck.of((place, version) -> AtomicFile.write(place.resolve(name), bytes(name, version)))
                .differences(folder));
    }

    /** One that was there is never replaced by another: the second gets a number. */
    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.webp"})
    void numberedPictures(String name) throws Exception {
        assertEquals(List.of(), FaultCheck.of((place, version) -> new NumberedFiles().write(List.of(new NumberedFiles.Named(place.resolve(name),
                bytes(name, version)))))
                .differences(folder));
    }
}

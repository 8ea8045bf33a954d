package org.refract.engine.unpack;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.refract.api.RefractException;
import org.refract.engine.file.AtomicFile;

/** Pictures as PNG files. */
final class Png {
    private Png() {
    }

    static void write(Path file, BufferedImage picture) throws RefractException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new IllegalStateException("a picture in memory could not be written", e);
        }
        AtomicFile.write(file, bytes.toByteArray());
    }
}

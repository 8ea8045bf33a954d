package org.refract.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.refract.api.RefractException;
import org.refract.engine.file.FileFailure;
import org.refract.pictures.PictureFile;

/** Writes picture files: PNG while that stays small, JPEG for sheets of large photographs. */
final class Pictures {
    private static final long LARGEST_PNG = 1024L * 1024;
    private static final int QUALITY = 90;

    private Pictures() {
    }

    /**
     * @param name the file's name below the folder, without extension
     * @return the name with its extension
     */
    static String write(BufferedImage image, Path folder, String name) throws RefractException {
        boolean png = (long) image.getWidth() * image.getHeight() <= LARGEST_PNG;
        String full = name + (png ? ".png" : ".jpg");
        Path file = folder.resolve(full);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, png ? PictureFile.png(image) : PictureFile.jpeg(image, QUALITY));
            return full;
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}

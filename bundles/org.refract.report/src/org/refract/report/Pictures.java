package org.refract.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.refract.api.RefractException;

/** Writes picture files: PNG while that stays small, JPEG for sheets of large photographs. */
final class Pictures {
    private static final long LARGEST_PNG = 1024L * 1024;
    private static final float QUALITY = 0.9f;

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
            if (png) {
                ImageIO.write(image, "png", file.toFile());
            } else {
                jpeg(image, file);
            }
            return full;
        } catch (IOException e) {
            throw DataFiles.unwritable(file, e);
        }
    }

    private static void jpeg(BufferedImage image, Path file) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(file.toFile())) {
            if (stream == null) {
                throw new IOException("no permission");
            }
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(QUALITY);
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), settings);
        } finally {
            writer.dispose();
        }
    }
}

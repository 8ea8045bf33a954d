package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * A picture that a person brings: PNG, JPEG, WebP, GIF, BMP or TIFF, turned upright as its EXIF data says, in sRGB, on white where it is
 * transparent.
 *
 * @param image RGB
 */
public record Photo(BufferedImage image) {
    /** Times the shape that is drawn. */
    private static final int FAR_TOO_LONG = 8;

    /** How a photo becomes a picture of another shape. */
    public enum Fit {
        /** Scaled until it covers the picture; what sticks out is cut off on both sides alike. */
        CROP,
        /** Scaled until it lies within the picture; the rest is filled with its edges. */
        PAD,
        /** Scaled in each direction by itself. */
        STRETCH
    }

    /**
     * Reads it.
     *
     * @throws RefractException if it is no picture that can be read
     */
    public static Photo read(Path file) throws RefractException {
        BufferedImage read = Upright.colours(file);
        BufferedImage onWhite = new BufferedImage(read.getWidth(), read.getHeight(), BufferedImage.TYPE_INT_RGB);
        int[] row = new int[read.getWidth()];
        for (int y = 0; y < read.getHeight(); y++) {
            read.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int x = 0; x < row.length; x++) {
                int opacity = row[x] >>> 24;
                row[x] = opacity == 0xFF ? row[x] : onWhite(row[x], opacity, 16) | onWhite(row[x], opacity, 8) | onWhite(row[x], opacity, 0);
            }
            onWhite.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return new Photo(onWhite);
    }

    private static int onWhite(int pixel, int opacity, int shift) {
        return ((pixel >> shift & 0xFF) * opacity + 255 * (255 - opacity) + 127) / 255 << shift;
    }

    /** Width and height as they stand in the file, empty for a format that is not read. */
    public static Optional<int[]> size(Path file) throws RefractException {
        return Upright.size(EncodedPicture.of(file));
    }

    /** A picture of the given shape. A photo that has it already is not changed. */
    public BufferedImage fitted(int width, int height, Fit fit) {
        return fit == Fit.CROP ? new Photo(middle(width, height)).scaledAndCut(width, height, fit) : scaledAndCut(width, height, fit);
    }

    /** Of a photo that is far too long, the part that can be seen of it and a good deal more; all of it would be too many pixels when scaled up. */
    private BufferedImage middle(int width, int height) {
        long most = FAR_TOO_LONG * Math.max(1L, (long) image.getHeight() * width / height);
        if (image.getWidth() > most) {
            return image.getSubimage((int) ((image.getWidth() - most) / 2), 0, (int) most, image.getHeight());
        }
        most = FAR_TOO_LONG * Math.max(1L, (long) image.getWidth() * height / width);
        return image.getHeight() > most ? image.getSubimage(0, (int) ((image.getHeight() - most) / 2), image.getWidth(), (int) most) : image;
    }

    private BufferedImage scaledAndCut(int width, int height, Fit fit) {
        double across = (double) width / image.getWidth();
        double down = (double) height / image.getHeight();
        double scale = fit == Fit.PAD ? Math.min(across, down) : Math.max(across, down);
        int scaledWidth = fit == Fit.STRETCH ? width : Math.max(1, (int) Math.round(image.getWidth() * scale));
        int scaledHeight = fit == Fit.STRETCH ? height : Math.max(1, (int) Math.round(image.getHeight() * scale));
        BufferedImage scaled = Lanczos.scaled(image, scaledWidth, scaledHeight);
        if (scaledWidth == width && scaledHeight == height) {
            return scaled;
        }
        int left = (scaledWidth - width) / 2;
        int top = (scaledHeight - height) / 2;
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            int from = Math.clamp(y + top, 0, scaledHeight - 1);
            for (int x = 0; x < width; x++) {
                result.setRGB(x, y, scaled.getRGB(Math.clamp(x + left, 0, scaledWidth - 1), from));
            }
        }
        return result;
    }

    /** {@code (3, height, width)} in [0, 1], RGB. */
    public static float[] channels(BufferedImage picture) {
        int[] pixels = rgb(picture);
        float[] values = new float[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            values[i] = (pixels[i] >> 16 & 0xFF) / 255f;
            values[pixels.length + i] = (pixels[i] >> 8 & 0xFF) / 255f;
            values[2 * pixels.length + i] = (pixels[i] & 0xFF) / 255f;
        }
        return values;
    }

    private static int[] rgb(BufferedImage picture) {
        return picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
    }
}

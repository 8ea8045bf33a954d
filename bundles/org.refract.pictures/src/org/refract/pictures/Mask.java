package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * Where a photo is drawn anew: white there, black where it stays, grey for a share of both.
 *
 * @param image red, green and blue are equal
 */
public record Mask(BufferedImage image) {

    /**
     * Reads a mask that a person painted. What is wholly transparent is not painted, whatever colour lies under it; else transparency does not count.
     *
     * @throws RefractException if it is no picture that can be read
     */
    public static Mask read(Path file) throws RefractException {
        BufferedImage painted = Upright.levels(file);
        int[] row = new int[painted.getWidth()];
        for (int y = 0; y < painted.getHeight(); y++) {
            painted.getRGB(0, y, row.length, 1, row, 0, row.length);
            for (int x = 0; x < row.length; x++) {
                row[x] = row[x] >>> 24 == 0 ? 0xFF000000 : row[x];
            }
            painted.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return of(painted);
    }

    /** A picture as a mask: its colours become grey as ITU-R BT.601 weighs them (Pillow: {@code convert("L")}). */
    public static Mask of(BufferedImage picture) {
        int[] pixels = pixels(picture);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (pixels[i] >> 16 & 0xFF) * 19595 + (pixels[i] >> 8 & 0xFF) * 38470 + (pixels[i] & 0xFF) * 7471 + 0x8000 >> 16;
        }
        return of(pixels, picture.getWidth());
    }

    private static Mask of(int[] levels, int width) {
        int height = levels.length / width;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] pixels = new int[levels.length];
        for (int i = 0; i < levels.length; i++) {
            pixels[i] = levels[i] * 0x010101;
        }
        image.setRGB(0, 0, width, height, pixels, 0, width);
        return new Mask(image);
    }

    private static int[] pixels(BufferedImage picture) {
        return picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
    }

    /** {@code (height, width)}, 0 to 255. */
    int[] levels() {
        int[] levels = pixels(image);
        for (int i = 0; i < levels.length; i++) {
            levels[i] &= 0xFF;
        }
        return levels;
    }

    /** {@code (height, width)} in [0, 1]. */
    public float[] shares() {
        int[] levels = levels();
        float[] shares = new float[levels.length];
        for (int i = 0; i < levels.length; i++) {
            shares[i] = levels[i] / 255f;
        }
        return shares;
    }

    /**
     * With soft edges.
     *
     * @param radius standard deviation in pixels, at least 0
     */
    public Mask blurred(double radius) {
        return of(GaussianBlur.of(levels(), image.getWidth(), radius), image.getWidth());
    }

    /** In the size of a photo; itself where it has that. */
    public Mask scaled(int width, int height) {
        return image.getWidth() == width && image.getHeight() == height ? this : new Mask(Lanczos.scaled(image, width, height));
    }

    /** Whether nothing is marked. */
    public boolean isBlack() {
        return bounds().isEmpty();
    }

    /** Left, top, right and bottom of what is not black, the last two exclusive; empty where all is. */
    Optional<int[]> bounds() {
        int[] levels = levels();
        int width = image.getWidth();
        int[] bounds = {width, image.getHeight(), 0, 0};
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] != 0) {
                bounds[0] = Math.min(bounds[0], i % width);
                bounds[1] = Math.min(bounds[1], i / width);
                bounds[2] = Math.max(bounds[2], i % width + 1);
                bounds[3] = Math.max(bounds[3], i / width + 1);
            }
        }
        return bounds[2] == 0 ? Optional.empty() : Optional.of(bounds);
    }

    /**
     * What this keeps of a photo, laid over what was drawn from it: the photo to the pixel where it is black, what was drawn where it is white, a
     * share of both in between (diffusers: {@code VaeImageProcessor.apply_overlay}). Without it the whole photo goes through the VAE, which
     * changes every pixel a little.
     *
     * @param photo as large as this
     * @param drawn as large as this
     */
    public BufferedImage over(BufferedImage photo, BufferedImage drawn) {
        int[] shares = levels();
        int[] kept = pixels(photo);
        int[] made = pixels(drawn);
        for (int i = 0; i < shares.length; i++) {
            kept[i] = mixed(kept[i], made[i], shares[i], 16) | mixed(kept[i], made[i], shares[i], 8) | mixed(kept[i], made[i], shares[i], 0);
        }
        BufferedImage result = new BufferedImage(photo.getWidth(), photo.getHeight(), BufferedImage.TYPE_INT_RGB);
        result.setRGB(0, 0, photo.getWidth(), photo.getHeight(), kept, 0, photo.getWidth());
        return result;
    }

    private static int mixed(int kept, int made, int share, int shift) {
        return ((kept >> shift & 0xFF) * (255 - share) + (made >> shift & 0xFF) * share + 127) / 255 << shift;
    }
}

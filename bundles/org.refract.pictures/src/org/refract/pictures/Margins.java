package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * How much a photo grows on its sides, in its pixels, to be drawn on beyond its edges (outpainting).
 *
 * @param left   at least 0
 * @param top    at least 0
 * @param right  at least 0
 * @param bottom at least 0
 */
public record Margins(int left, int top, int right, int bottom) {

    /** Whether a photo with these around it is not too large to be one. */
    public boolean leaveRoom(Photo photo) {
        return ((long) left + photo.image().getWidth() + right) * ((long) top + photo.image().getHeight() + bottom) <= EncodedPicture.LARGEST;
    }

    /** A photo with these around it; they repeat its outermost pixels, which is what is begun with. */
    public Photo around(Photo photo) {
        BufferedImage image = photo.image();
        BufferedImage grown = new BufferedImage(left + image.getWidth() + right, top + image.getHeight() + bottom, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < grown.getHeight(); y++) {
            image.getRGB(0, Math.clamp(y - top, 0, image.getHeight() - 1), row.length, 1, row, 0, row.length);
            for (int x = 0; x < grown.getWidth(); x++) {
                grown.setRGB(x, y, row[Math.clamp(x - left, 0, row.length - 1)]);
            }
        }
        return new Photo(grown);
    }

    /**
     * What is drawn anew of a photo with these around it: they, and what was marked.
     *
     * @param mask   of a photo of that size, empty where nothing of it was marked
     * @param width  of the photo as it was
     * @param height of the photo as it was
     */
    public Mask around(Optional<Mask> mask, int width, int height) {
        BufferedImage grown = new BufferedImage(left + width + right, top + height + bottom, BufferedImage.TYPE_INT_RGB);
        int[] levels = mask.map(m -> m.image().getRGB(0, 0, width, height, null, 0, width)).orElseGet(() -> new int[width * height]);
        for (int y = 0; y < grown.getHeight(); y++) {
            for (int x = 0; x < grown.getWidth(); x++) {
                boolean inside = x >= left && x < left + width && y >= top && y < top + height;
                grown.setRGB(x, y, inside ? levels[(y - top) * width + x - left] : 0xFFFFFF);
            }
        }
        return new Mask(grown);
    }
}

package org.refract.pictures;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * The part of a photo around what a mask marks, which is drawn larger than it is and put back (diffusers: {@code padding_mask_crop}; the web UIs:
 * "only masked").
 *
 * @param left   of the photo's pixels
 * @param top    of the photo's pixels
 * @param width  in the photo's pixels
 * @param height in the photo's pixels
 */
public record CropRegion(int left, int top, int width, int height) {

    /**
     * The bounds of what is not black with some pixels around them, made wider or higher to the shape that is drawn, as far as the photo reaches
     * (diffusers: {@code VaeImageProcessor.get_crop_region}).
     *
     * @param drawnWidth  of the picture that is drawn
     * @param drawnHeight of the picture that is drawn
     * @param padding     pixels of the photo on each side
     * @return empty where the whole mask is black
     */
    public static Optional<CropRegion> around(Mask mask, int drawnWidth, int drawnHeight, int padding) {
        return mask.bounds().map(bounds -> {
            int wide = mask.image().getWidth();
            int high = mask.image().getHeight();
            Span across = new Span(bounds[0], bounds[2]).padded(padding, wide);
            Span down = new Span(bounds[1], bounds[3]).padded(padding, high);
            double shape = (double) drawnWidth / drawnHeight;
            if ((double) across.length() / down.length() > shape) {
                down = down.widened((int) (across.length() / shape - down.length()), high);
            } else {
                across = across.widened((int) (down.length() * shape - across.length()), wide);
            }
            return new CropRegion(across.from, down.from, across.length(), down.length());
        });
    }

    /** Pixels of one direction, the end exclusive. */
    private record Span(int from, int end) {

        int length() {
            return end - from;
        }

        Span padded(int padding, int most) {
            return new Span(Math.max(from - padding, 0), (int) Math.min((long) end + padding, most));
        }

        /** Longer on both sides, and moved into the photo. */
        Span widened(int by, int most) {
            int begin = from - Math.floorDiv(by, 2);
            int last = begin + length() + by;
            int over = Math.max(0, last - most);
            int under = Math.max(0, over - begin);
            return new Span(begin - over + under, Math.min(last - over + under, most));
        }
    }

    /**
     * This part of a picture in the size that is drawn: scaled to lie within it, with its edges beside it where the photo was too narrow for the
     * shape (diffusers: {@code resize_mode="fill"}).
     */
    public BufferedImage cut(BufferedImage photo, int drawnWidth, int drawnHeight) {
        BufferedImage part = photo.getSubimage(left, top, width, height);
        boolean flat = (double) drawnWidth / drawnHeight < (double) width / height;
        int scaledWidth = flat ? drawnWidth : side(width, drawnHeight, height);
        int scaledHeight = flat ? side(height, drawnWidth, width) : drawnHeight;
        BufferedImage scaled = Lanczos.scaled(part, scaledWidth, scaledHeight);
        if (scaledWidth == drawnWidth && scaledHeight == drawnHeight) {
            return scaled;
        }
        BufferedImage whole = new BufferedImage(drawnWidth, drawnHeight, BufferedImage.TYPE_INT_RGB);
        int beside = drawnWidth / 2 - scaledWidth / 2;
        int above = drawnHeight / 2 - scaledHeight / 2;
        for (int y = 0; y < drawnHeight; y++) {
            for (int x = 0; x < drawnWidth; x++) {
                whole.setRGB(x, y, beyond(scaled, x - beside, y - above));
            }
        }
        return whole;
    }

    private static int side(int side, int drawn, int other) {
        return Math.max(1, (int) ((long) side * drawn / other));
    }

    /**
     * A pixel, also of those that lie outside: there nine eighths of the edge less an eighth of the pixel next to it, which is what Pillow's bicubic
     * filter makes of an edge without width.
     */
    private static int beyond(BufferedImage image, int x, int y) {
        int nearX = Math.clamp(x, 0, image.getWidth() - 1);
        int nearY = Math.clamp(y, 0, image.getHeight() - 1);
        int edge = image.getRGB(nearX, nearY);
        if (nearX == x && nearY == y) {
            return edge;
        }
        int next = image.getRGB(Math.clamp(2L * nearX - x, Math.max(0, nearX - 1), Math.min(image.getWidth() - 1, nearX + 1)),
                Math.clamp(2L * nearY - y, Math.max(0, nearY - 1), Math.min(image.getHeight() - 1, nearY + 1)));
        return sharpened(edge, next, 16) | sharpened(edge, next, 8) | sharpened(edge, next, 0);
    }

    private static int sharpened(int edge, int next, int shift) {
        return Math.clamp(9 * (edge >> shift & 0xFF) - (next >> shift & 0xFF) + 4 >> 3, 0, 255) << shift;
    }

    /**
     * What was drawn of this part, put back into its photo (diffusers: {@code VaeImageProcessor.apply_overlay}).
     *
     * @param mask  as large as the photo
     * @param drawn of any size of about the shape
     * @return as large as the photo
     */
    public BufferedImage pasted(BufferedImage photo, Mask mask, BufferedImage drawn) {
        boolean wide = (double) width / height > (double) drawn.getWidth() / drawn.getHeight();
        int scaledWidth = wide ? width : side(drawn.getWidth(), height, drawn.getHeight());
        int scaledHeight = wide ? side(drawn.getHeight(), width, drawn.getWidth()) : height;
        BufferedImage part = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        paint(part, Lanczos.scaled(drawn, scaledWidth, scaledHeight), width / 2 - scaledWidth / 2, height / 2 - scaledHeight / 2);
        BufferedImage whole = new BufferedImage(photo.getWidth(), photo.getHeight(), BufferedImage.TYPE_INT_RGB);
        paint(whole, part, left, top);
        return mask.over(photo, whole);
    }

    private static void paint(BufferedImage on, BufferedImage image, int x, int y) {
        Graphics2D graphics = on.createGraphics();
        graphics.drawImage(image, x, y, null);
        graphics.dispose();
    }
}

package org.refract.cli.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.refract.api.RefractException;
import org.refract.webp.WebpReader;

/**
 * A picture that a person brings: PNG, JPEG, WebP, GIF, BMP or TIFF, turned upright as its EXIF data says, on white
 * where it is transparent.
 *
 * @param image RGB
 */
public record Photo(BufferedImage image) {
    /** Pixels. */
    static final int LARGEST = 1 << 28;
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
        byte[] bytes = PictureFile.bytes(file);
        if (!PictureFile.isWhole(bytes)) {
            throw RefractException.failure("%s is a damaged picture: it ends in the middle.", file);
        }
        try {
            BufferedImage read = WebpFile.isOne(bytes) ? WebpReader.read(bytes) : ImageIO.read(new ByteArrayInputStream(bytes));
            if (read == null) {
                throw RefractException.usage("%s is no picture that can be read here; save it as PNG, JPEG or WebP.", file);
            }
            if ((long) read.getWidth() * read.getHeight() > LARGEST) {
                throw RefractException.usage("%s has %d x %d pixels, too many to begin with; scale it down.", file, read.getWidth(), read.getHeight());
            }
            Optional<byte[]> exif = JpegFile.isOne(bytes) ? JpegFile.exif(bytes) : WebpFile.isOne(bytes) ? WebpFile.exif(bytes) : Optional.empty();
            return new Photo(upright(plainGrey(read), Exif.read(exif).orientation()));
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            throw RefractException.failure(e, "%s is a damaged picture.", file);
        }
    }

    /** Width and height as they stand in the file, empty for a format that is not read. */
    public static Optional<int[]> size(Path file) throws RefractException {
        byte[] bytes = PictureFile.bytes(file);
        if (WebpFile.isOne(bytes)) {
            return WebpFile.size(bytes);
        }
        try (ImageInputStream stream = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                return Optional.empty();
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream);
                return Optional.of(new int[] {reader.getWidth(0), reader.getHeight(0)});
            } finally {
                reader.dispose();
            }
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            throw RefractException.failure(e, "%s is a damaged picture.", file);
        }
    }

    /** Grey with transparency, whose levels Java would take for linear ones and make brighter. */
    private static BufferedImage plainGrey(BufferedImage read) {
        if (read.getColorModel().getColorSpace().getType() != ColorSpace.TYPE_GRAY || read.getRaster().getNumBands() != 2) {
            return read;
        }
        int shift = read.getColorModel().getComponentSize(0) - 8;
        BufferedImage result = new BufferedImage(read.getWidth(), read.getHeight(), BufferedImage.TYPE_INT_ARGB);
        int[] samples = new int[2 * read.getWidth()];
        for (int y = 0; y < read.getHeight(); y++) {
            read.getRaster().getPixels(0, y, read.getWidth(), 1, samples);
            for (int x = 0; x < read.getWidth(); x++) {
                result.setRGB(x, y, samples[2 * x + 1] >> shift << 24 | (samples[2 * x] >> shift) * 0x010101);
            }
        }
        return result;
    }

    /** Orientations 1 to 8: mirrored for 2, 4, 5, 7; sides exchanged from 5 on (Exif 2.32, tag 0x0112). */
    private static BufferedImage upright(BufferedImage read, int orientation) {
        int w = read.getWidth();
        int h = read.getHeight();
        AffineTransform turn = switch (orientation) {
            case 2 -> new AffineTransform(-1, 0, 0, 1, w, 0);
            case 3 -> new AffineTransform(-1, 0, 0, -1, w, h);
            case 4 -> new AffineTransform(1, 0, 0, -1, 0, h);
            case 5 -> new AffineTransform(0, 1, 1, 0, 0, 0);
            case 6 -> new AffineTransform(0, 1, -1, 0, h, 0);
            case 7 -> new AffineTransform(0, -1, -1, 0, h, w);
            case 8 -> new AffineTransform(0, -1, 1, 0, 0, w);
            default -> new AffineTransform();
        };
        BufferedImage result = new BufferedImage(orientation < 5 ? w : h, orientation < 5 ? h : w, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = result.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, result.getWidth(), result.getHeight());
        graphics.drawImage(read, turn, null);
        graphics.dispose();
        return result;
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

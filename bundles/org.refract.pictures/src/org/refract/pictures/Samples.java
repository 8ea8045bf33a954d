package org.refract.pictures;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * The levels of a decoded picture as they stand in its file. Java's own way from a picture to RGB takes grey levels for linear ones and mixes
 * inks as no other program does.
 *
 * @param raster levels of grey, grey and opacity, RGB, RGB and opacity, or inks
 * @param kind   what they are
 */
record Samples(Raster raster, Kind kind) {
    private static final int MOST_BITS = 16;

    /** What the levels of a pixel are. */
    enum Kind {
        GREY, RGB,
        /** Cyan, magenta, yellow and black, 255 for the whole ink. */
        CMYK,
        /** The same turned round, as JPEG files hold them: 0 for the whole ink. */
        CMYK_INVERTED,
        /** The same with the first three as brightness and two differences. */
        YCCK_INVERTED
    }

    /** Of a picture that Java decodes. */
    static Samples of(BufferedImage image) throws IOException {
        ColorModel colours = image.getColorModel();
        int type = colours.getColorSpace().getType();
        boolean plain = colours instanceof ComponentColorModel && !colours.isAlphaPremultiplied() && image.getSampleModel().getSampleSize(0) <= MOST_BITS
                && colours.getTransferType() != DataBuffer.TYPE_SHORT && colours.getTransferType() <= DataBuffer.TYPE_INT;
        int bands = image.getRaster().getNumBands();
        if (plain && type == ColorSpace.TYPE_GRAY && bands <= 2) {
            return new Samples(image.getRaster(), Kind.GREY);
        }
        if (plain && type == ColorSpace.TYPE_RGB && (bands == 3 || bands == 4)) {
            return new Samples(image.getRaster(), Kind.RGB);
        }
        if (plain && type == ColorSpace.TYPE_CMYK && bands == 4) {
            return new Samples(image.getRaster(), Kind.CMYK);
        }
        if (colours.getTransferType() == DataBuffer.TYPE_FLOAT || colours.getTransferType() == DataBuffer.TYPE_DOUBLE) {
            throw new IOException("its levels are fractions");
        }
        return new Samples(rgb(image), Kind.RGB);
    }

    /** Of a JPEG file with four colours. */
    static Samples inks(Raster raster, boolean ycck) {
        return new Samples(raster, ycck ? Kind.YCCK_INVERTED : Kind.CMYK_INVERTED);
    }

    /** Palettes, packed pixels and rare colour spaces, by Java. */
    private static Raster rgb(BufferedImage image) {
        BufferedImage plain = new BufferedImage(image.getWidth(), image.getHeight(),
                image.getColorModel().getTransparency() == Transparency.OPAQUE ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_INT_ARGB);
        int[] row = new int[image.getWidth()];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, row.length, 1, row, 0, row.length);
            plain.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return plain.getRaster();
    }

    /** Levels of a row, 8 bits each, opacity last if there is one. */
    void row(int y, int[] levels) {
        raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, levels);
        int bits = raster.getSampleModel().getSampleSize(0);
        int bands = raster.getNumBands();
        for (int i = 0; i < raster.getWidth() * bands; i++) {
            levels[i] = bits > 8 ? levels[i] >> bits - 8 : bits == 8 ? levels[i] : levels[i] * 255 / ((1 << bits) - 1);
        }
        if (kind == Kind.YCCK_INVERTED) {
            for (int i = 0; i < raster.getWidth() * bands; i += bands) {
                toInks(levels, i);
            }
        } else if (kind == Kind.CMYK_INVERTED) {
            for (int i = 0; i < raster.getWidth() * bands; i++) {
                levels[i] = 255 - levels[i];
            }
        }
    }

    /** ITU-T T.871: the difference from what JPEG holds for RGB is that the result is the inks' complement, and that black passes. */
    private static void toInks(int[] levels, int at) {
        double brightness = levels[at];
        double blue = levels[at + 1] - 128;
        double red = levels[at + 2] - 128;
        levels[at] = (int) Math.clamp(Math.round(brightness + 1.402 * red), 0L, 255L);
        levels[at + 1] = (int) Math.clamp(Math.round(brightness - 0.344136286 * blue - 0.714136286 * red), 0L, 255L);
        levels[at + 2] = (int) Math.clamp(Math.round(brightness + 1.772 * blue), 0L, 255L);
        levels[at + 3] = 255 - levels[at + 3];
    }
}

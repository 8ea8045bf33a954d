package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.webp.WebpReader;

/** The pixels of a picture that a person brings: PNG, JPEG, WebP, GIF, BMP or TIFF, turned upright, with their transparency. */
final class Upright {
    private Upright() {
    }

    /**
     * Reads them as colours.
     *
     * @return {@link BufferedImage#TYPE_INT_ARGB}, sRGB
     * @throws RefractException if it is no picture that can be read, or has too many pixels
     */
    static BufferedImage colours(Path file) throws RefractException {
        return read(file, true);
    }

    /**
     * Reads them as numbers, whatever colours a profile says they are.
     *
     * @return {@link BufferedImage#TYPE_INT_ARGB}
     * @throws RefractException if it is no picture that can be read, or has too many pixels
     */
    static BufferedImage levels(Path file) throws RefractException {
        return read(file, false);
    }

    private static BufferedImage read(Path file, boolean profiled) throws RefractException {
        EncodedPicture encoded = EncodedPicture.of(file);
        byte[] bytes = encoded.bytes();
        if (!PictureFile.isWhole(bytes)) {
            throw RefractException.usage("%s is a damaged picture: it ends in the middle.", file);
        }
        try {
            PixelFacts facts = PixelFacts.of(bytes);
            return turned(Colours.argb(decoded(encoded), facts.profile().filter(profile -> profiled)), facts.orientation());
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            throw RefractException.usage(e, "%s is a damaged picture.", file);
        }
    }

    /** Width and height as they stand in the file, empty for a format that is not read. */
    static Optional<int[]> size(EncodedPicture encoded) throws RefractException {
        try {
            return WebpFile.isOne(encoded.bytes()) ? WebpFile.size(encoded.bytes()) : encoded.size();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw RefractException.usage(e, "%s is a damaged picture.", encoded.name());
        }
    }

    private static Samples decoded(EncodedPicture encoded) throws IOException, RefractException {
        byte[] bytes = encoded.bytes();
        if (WebpFile.isOne(bytes)) {
            int[] size = WebpFile.size(bytes).orElseThrow(() -> new IOException("it has no pixels"));
            encoded.check(size[0], size[1]);
            return Samples.of(WebpReader.read(WebpFile.withoutProfile(bytes)));
        }
        if (!JpegFile.isOne(bytes)) {
            return decodedByJava(encoded);
        }
        EncodedPicture plain = new EncodedPicture(encoded.name(), JpegFile.withoutProfile(bytes));
        return JpegFile.colours(bytes) == 4 ? Samples.inks(plain.raster(), JpegFile.isYcck(bytes)) : decodedByJava(plain);
    }

    private static Samples decodedByJava(EncodedPicture encoded) throws IOException, RefractException {
        return Samples.of(encoded.decoded().orElseThrow(() -> RefractException.usage(
                "%s is no picture that can be read here; save it as PNG, JPEG or WebP.", encoded.name())));
    }

    /** Orientations 1 to 8: mirrored for 2, 4, 5, 7; sides exchanged from 5 on (Exif 2.32, tag 0x0112). */
    private static BufferedImage turned(BufferedImage read, int orientation) {
        if (orientation == 1) {
            return read;
        }
        int w = read.getWidth();
        int h = read.getHeight();
        BufferedImage result = new BufferedImage(orientation < 5 ? w : h, orientation < 5 ? h : w, BufferedImage.TYPE_INT_ARGB);
        // one pixel at a time, setRGB makes an array for each: twenty times what the picture takes
        int[] pixels = ((DataBufferInt) result.getRaster().getDataBuffer()).getData();
        int[] row = new int[w];
        for (int y = 0; y < h; y++) {
            read.getRGB(0, y, w, 1, row, 0, w);
            for (int x = 0; x < w; x++) {
                pixels[switch (orientation) {
                    case 2 -> y * w + w - 1 - x;
                    case 3 -> (h - 1 - y) * w + w - 1 - x;
                    case 4 -> (h - 1 - y) * w + x;
                    case 5 -> x * h + y;
                    case 6 -> x * h + h - 1 - y;
                    case 7 -> (w - 1 - x) * h + h - 1 - y;
                    default -> (w - 1 - x) * h + y;
                }] = row[x];
            }
        }
        return result;
    }
}

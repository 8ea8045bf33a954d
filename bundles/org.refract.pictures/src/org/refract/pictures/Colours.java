package org.refract.pictures;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.refract.pictures.Samples.Kind;

/** Levels of any kind become sRGB, by the profile that a file has for them, else as every program that knows none does it. */
final class Colours {
    private Colours() {
    }

    /** {@link BufferedImage#TYPE_INT_ARGB}. */
    static BufferedImage argb(Samples samples, Optional<byte[]> profile) {
        int width = samples.raster().getWidth();
        int height = samples.raster().getHeight();
        int bands = samples.raster().getNumBands();
        boolean inks = samples.kind().compareTo(Kind.CMYK) >= 0;
        int colours = samples.kind() == Kind.GREY ? 1 : inks ? 4 : 3;
        Optional<ProfileColours> known = profile.flatMap(bytes -> ProfileColours.of(bytes, colours));
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        int[] levels = new int[width * bands];
        int[] pixels = new int[width];
        for (int y = 0; y < height; y++) {
            samples.row(y, levels);
            if (known.isPresent()) {
                known.get().row(levels, bands, pixels);
            } else {
                for (int x = 0; x < width; x++) {
                    int at = x * bands;
                    pixels[x] = inks ? printed(levels, at) : levels[at] << 16 | levels[colours == 1 ? at : at + 1] << 8 | levels[colours == 1 ? at : at + 2];
                }
            }
            for (int x = 0; x < width; x++) {
                pixels[x] |= (bands > colours ? levels[x * bands + colours] : 0xFF) << 24;
            }
            image.setRGB(0, y, width, 1, pixels, 0, width);
        }
        return image;
    }

    /** Inks without a profile: each leaves of the paper what black leaves, less its own share of that (Pillow: {@code convert("RGB")}). */
    private static int printed(int[] inks, int at) {
        int paper = 255 - inks[at + 3];
        return left(paper, inks[at]) << 16 | left(paper, inks[at + 1]) << 8 | left(paper, inks[at + 2]);
    }

    private static int left(int paper, int ink) {
        int product = paper * ink + 128;
        return Math.max(0, paper - ((product >> 8) + product >> 8));
    }
}

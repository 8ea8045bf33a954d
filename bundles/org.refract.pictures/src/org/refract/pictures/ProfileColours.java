package org.refract.pictures;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Optional;

/** The way from an ICC profile's colours to sRGB. */
final class ProfileColours {
    /** Levels between which a profile is compared with sRGB. */
    private static final int STEP = 51;
    /** Two profiles of sRGB differ by no more. */
    private static final int SAME = 1;

    private final ColorConvertOp conversion;
    private final int colours;

    private ProfileColours(ICC_Profile profile, int colours) {
        this.conversion = new ColorConvertOp(new ICC_ColorSpace(profile), ColorSpace.getInstance(ColorSpace.CS_sRGB), null);
        this.colours = colours;
    }

    /** Empty for a profile that cannot be used, which other programs leave aside too, and for one of sRGB itself or of its grey. */
    static Optional<ProfileColours> of(byte[] profile, int colours) {
        try {
            ICC_Profile read = ICC_Profile.getInstance(profile);
            if (read.getNumComponents() != colours) {
                return Optional.empty();
            }
            return Optional.of(new ProfileColours(read, colours)).filter(known -> !known.isPlain());
        } catch (IllegalArgumentException | CMMException e) {
            return Optional.empty();
        }
    }

    /** Whether levels stay as they are. */
    private boolean isPlain() {
        if (colours == 4) {
            return false;
        }
        int[] levels = new int[colours == 1 ? 6 : 6 * 6 * 6 * 3];
        for (int i = 0; i < levels.length; i++) {
            int pixel = i / colours;
            levels[i] = STEP * (i % colours == 0 ? pixel % 6 : i % colours == 1 ? pixel / 6 % 6 : pixel / 36);
        }
        int[] pixels = new int[levels.length / colours];
        row(levels, colours, pixels);
        for (int i = 0; i < levels.length; i++) {
            int[] now = {pixels[i / colours] >> 16 & 0xFF, pixels[i / colours] >> 8 & 0xFF, pixels[i / colours] & 0xFF};
            if (Math.abs(now[i % colours] - levels[i]) > SAME) {
                return false;
            }
        }
        return true;
    }

    /**
     * Converts.
     *
     * @param levels of each pixel, with {@code bands} from one to the next
     * @param pixels becomes RGB
     */
    void row(int[] levels, int bands, int[] pixels) {
        WritableRaster from = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, pixels.length, 1, colours, null);
        int[] plain = new int[pixels.length * colours];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = levels[i / colours * bands + i % colours];
        }
        from.setPixels(0, 0, pixels.length, 1, plain);
        WritableRaster to = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, pixels.length, 1, 3, null);
        conversion.filter(from, to);
        int[] rgb = to.getPixels(0, 0, pixels.length, 1, (int[]) null);
        for (int x = 0; x < pixels.length; x++) {
            pixels[x] = rgb[3 * x] << 16 | rgb[3 * x + 1] << 8 | rgb[3 * x + 2];
        }
    }
}

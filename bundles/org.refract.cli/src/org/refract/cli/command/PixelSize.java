package org.refract.cli.command;

import java.util.Arrays;
import java.util.Locale;
import org.refract.api.RefractException;
import org.refract.pictures.Margins;

/** Pixels as a person writes them. */
final class PixelSize {
    static final int LARGEST = 8192;

    private PixelSize() {
    }

    /** Width and height, of {@code 512} or {@code 768x512}. */
    static int[] parse(String text) throws RefractException {
        String[] sides = text.toLowerCase(Locale.ROOT).split("x", -1);
        try {
            int width = Integer.parseInt(sides[0]);
            int height = sides.length == 2 ? Integer.parseInt(sides[1]) : width;
            if (sides.length <= 2 && width > 0 && height > 0 && width <= LARGEST && height <= LARGEST) {
                return new int[] {width, height};
            }
        } catch (NumberFormatException e) {
            throw notASize(text);
        }
        throw notASize(text);
    }

    /** Left and top, of {@code 0,256}. */
    static int[] corner(String text) throws RefractException {
        String[] parts = text.split(",", -1);
        try {
            int left = Integer.parseInt(parts[0].strip());
            int top = parts.length == 2 ? Integer.parseInt(parts[1].strip()) : -1;
            if (parts.length == 2 && left >= 0 && top >= 0) {
                return new int[] {left, top};
            }
        } catch (NumberFormatException e) {
            throw notACorner(text);
        }
        throw notACorner(text);
    }

    /** Margins, of {@code 128} for all sides or {@code 0,0,256,0} for left, top, right and bottom. */
    static Margins margins(String text) throws RefractException {
        String[] parts = text.split(",", -1);
        int[] sides = new int[4];
        try {
            for (int i = 0; i < sides.length; i++) {
                sides[i] = Integer.parseInt(parts[Math.min(i, parts.length - 1)].strip());
                if (sides[i] < 0 || sides[i] > LARGEST) {
                    throw notMargins(text);
                }
            }
        } catch (NumberFormatException e) {
            throw notMargins(text);
        }
        if (parts.length != 1 && parts.length != sides.length || Arrays.stream(sides).sum() == 0) {
            throw notMargins(text);
        }
        return new Margins(sides[0], sides[1], sides[2], sides[3]);
    }

    private static RefractException notMargins(String text) {
        return RefractException.usage("'%s' says not how far a picture grows: write 128 for all sides or LEFT,TOP,RIGHT,BOTTOM in pixels, such as 0,0,256,0, "
                + "each at most %d.", text, LARGEST);
    }

    private static RefractException notASize(String text) {
        return RefractException.usage("'%s' is not a size: write 512 or 768x512, at most %d.", text, LARGEST);
    }

    private static RefractException notACorner(String text) {
        return RefractException.usage("'%s' is not the corner of a crop: write LEFT,TOP in pixels, such as 0,256.", text);
    }
}

package org.refract.workbench.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ColormapTest {
    @ParameterizedTest
    @CsvSource({"INFERNO, 0, 000004", "INFERNO, 0.5, BC3754", "INFERNO, 1, FCFFA4", "VIRIDIS, 0, 440154", "VIRIDIS, 0.5, 21918C",
        "VIRIDIS, 1, FDE725", "PLASMA, 0, 0D0887", "PLASMA, 0.5, CC4778", "PLASMA, 1, F0F921"})
    void hasMatplotlibsColours(Colormap map, double value, String wanted) {
        int expected = Integer.parseInt(wanted, 16);
        int found = map.rgb(value);
        for (int shift = 0; shift <= 16; shift += 8) {
            assertEquals(expected >> shift & 255, found >> shift & 255, 6, wanted + " is " + Integer.toHexString(found));
        }
    }

    @ParameterizedTest
    @EnumSource(Colormap.class)
    void growsLighterWithTheValue(Colormap map) {
        double last = -1;
        for (int i = 0; i <= 20; i++) {
            double lightness = luminance(map.rgb(i / 20.0));
            assertTrue(lightness > last, map + " at " + i / 20.0);
            last = lightness;
        }
    }

    @Test
    void takesValuesBeyondItsEndsAsTheEnds() {
        assertEquals(Colormap.INFERNO.rgb(0), Colormap.INFERNO.rgb(-3));
        assertEquals(Colormap.INFERNO.rgb(1), Colormap.INFERNO.rgb(7));
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
    }

    private static double linear(int level) {
        double c = level / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
}

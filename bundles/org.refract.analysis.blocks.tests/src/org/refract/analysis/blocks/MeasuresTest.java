package org.refract.analysis.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

class MeasuresTest {

    @Test
    void labColoursAreThoseOfTheStandard() {
        assertArrayEquals(new double[] {100, 0, 0}, LabPicture.lab(0xFFFFFF), 0.02);
        assertArrayEquals(new double[] {0, 0, 0}, LabPicture.lab(0x000000), 1e-9);
        assertArrayEquals(new double[] {53.24, 80.09, 67.20}, LabPicture.lab(0xFF0000), 0.02);
        assertArrayEquals(new double[] {32.30, 79.19, -107.86}, LabPicture.lab(0x0000FF), 0.02);
        assertArrayEquals(new double[] {53.59, 0, 0}, LabPicture.lab(0x808080), 0.02);
    }

    @Test
    void theSamePictureDidNotChange() {
        BufferedImage noise = picture((x, y) -> (x * 7919 + y * 104729) & 0xFFFFFF);
        assertEquals(new PictureChange(0, 0, 0, 0), PictureChange.between(noise, noise));
    }

    @Test
    void aBrightHalfIsLayoutACheckerboardIsDetailAndATintIsColour() {
        BufferedImage grey = picture((x, y) -> 0x808080);
        PictureChange layout = PictureChange.between(grey, picture((x, y) -> x < 16 ? 0x808080 : 0xB0B0B0));
        PictureChange detail = PictureChange.between(grey, picture((x, y) -> (x + y) % 2 == 0 ? 0x707070 : 0x909090));
        PictureChange colour = PictureChange.between(grey, picture((x, y) -> 0x967A80));
        assertTrue(layout.layout() > 3 * layout.detail() && layout.layout() > 20 * layout.colour(), layout.toString());
        assertTrue(detail.detail() > 10 * detail.layout() && detail.detail() > 10 * detail.colour(), detail.toString());
        assertTrue(colour.colour() > 3 * colour.layout() && colour.colour() > 10 * colour.detail(), colour.toString());
    }

    @Test
    void pFollowsChanceWhereThereIsNothingAndIsSmallWhereThereIsSomething() {
        Random random = new Random(2);
        int low = 0;
        for (int i = 0; i < 200; i++) {
            low += SignFlips.p(random.doubles(20, -1, 1).toArray()) < 0.1 ? 1 : 0;
        }
        assertTrue(low > 8 && low < 35, low + " of 200 are below 0.1");
        assertTrue(SignFlips.p(random.doubles(20, -0.2, 1).toArray()) < 0.01);
        assertTrue(SignFlips.p(random.doubles(20, -1, 0.2).toArray()) > 0.9);
        assertEquals(1, SignFlips.p(new double[0]));
        assertEquals(1, SignFlips.p(new double[5]));
    }

    private static BufferedImage picture(IntBinaryOperator colour) {
        BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                picture.setRGB(x, y, colour.applyAsInt(x, y));
            }
        }
        return picture;
    }
}

package org.refract.workbench.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class PixelsTest {
    @Test
    void ofPlanesRoundsAndCutsOff() {
        Pixels pixels = Pixels.of(new float[] {0, 2, -1, Float.NaN, 0.5f, 1}, 1, 2);
        assertEquals(0xFF000080, pixels.at(0, 0));
        assertEquals(0xFFFF00FF, pixels.at(1, 0));
    }

    @Test
    void surviveTheWayThroughAnAwtImage() {
        Pixels pixels = new Pixels(2, 2, new int[] {0xFF010203, 0xFFFFFFFF, 0xFF000000, 0xFFFF0000});
        assertArrayEquals(pixels.argb(), Pixels.of(pixels.toOpaqueImage()).argb());
    }

    @Test
    void scaleWithHardEdges() {
        Pixels large = new Pixels(2, 1, new int[] {1, 2}).scaledTo(6, 2);
        assertArrayEquals(new int[] {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}, large.argb());
    }

    @Test
    void mixWithWhatIsLaidOverThem() {
        Pixels below = new Pixels(3, 1, new int[] {0xFF000000, 0xFF000000, 0xFFFFFFFF});
        Pixels above = new Pixels(3, 1, new int[] {0x00FFFFFF, 0x80FFFFFF, 0xFF102030});
        assertArrayEquals(new int[] {0xFF000000, 0xFF808080, 0xFF102030}, below.under(above).argb());
    }

    @Test
    void refuseAWrongCount() {
        assertThrows(IllegalArgumentException.class, () -> new Pixels(2, 2, new int[3]));
    }

    @Test
    void tellsHowMuchAndWhereAnotherPictureDiffers() {
        Pixels one = new Pixels(2, 1, new int[] {0xFF000000, 0xFF102030});
        Pixels other = new Pixels(2, 1, new int[] {0xFF3C0000, 0xFF102030});
        assertEquals(60 / (255.0 * 6), one.change(other), 1e-12);
        assertEquals(0, one.change(one));
        assertArrayEquals(new int[] {0xFFFF0000, 0xFF000000}, one.difference(other).argb());
        assertArrayEquals(new int[] {0xFF000000, 0xFF000000}, one.difference(one).argb());
    }

    @Test
    void aPictureOfOneColourHasNoContrast() {
        assertEquals(0, new Pixels(2, 1, new int[] {0xFF102030, 0xFF102030}).contrast());
        assertEquals(127.5, new Pixels(2, 1, new int[] {0xFF000000, 0xFFFFFFFF}).contrast(), 1e-9);
    }
}

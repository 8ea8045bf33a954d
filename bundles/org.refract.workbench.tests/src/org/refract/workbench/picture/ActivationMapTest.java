package org.refract.workbench.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ActivationMapTest {
    private final ActivationMap map = new ActivationMap(2, 2, new float[] {0, 1, 2, 4});

    @Test
    void leavesZeroTransparentAndGivesTheLargestTheFullOpacity() {
        Pixels colours = map.coloured(Colormap.INFERNO, 0.5);
        assertEquals(0, colours.at(0, 0) >>> 24);
        assertEquals(128, colours.at(1, 1) >>> 24);
        assertTrue(colours.at(1, 0) >>> 24 < colours.at(0, 1) >>> 24, "a stronger position is more opaque");
        assertEquals(Colormap.INFERNO.rgb(1), colours.at(1, 1) & 0xFFFFFF);
    }

    @Test
    void ofASilentFeatureIsTransparent() {
        Pixels colours = new ActivationMap(1, 3, new float[3]).coloured(Colormap.VIRIDIS, 1);
        for (int x = 0; x < 3; x++) {
            assertEquals(0, colours.at(x, 0));
        }
    }

    @Test
    void knowsItsMeanAndLargestValue() {
        assertEquals(1.75, map.mean(), 1e-12);
        assertEquals(4, map.max());
        assertEquals(2, map.at(1, 0));
    }

    @Test
    void refusesValuesThatDoNotFillIt() {
        assertThrows(IllegalArgumentException.class, () -> new ActivationMap(2, 2, new float[3]));
    }
}

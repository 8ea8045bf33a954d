package org.refract.workbench.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.refract.api.analysis.Intervention;

class PaintedMaskTest {
    private final PaintedMask mask = new PaintedMask(16, 24);

    @Test
    void aDabPaintsADisc() {
        mask.dab(12, 8, 3, 1);
        Intervention.Mask painted = mask.toMask();
        double area = 0;
        for (float w : painted.weights()) {
            area += w;
        }
        assertEquals(Math.PI * 9, area, 4);
        assertEquals(1, painted.weights()[8 * 24 + 12]);
        assertEquals(0, painted.weights()[8 * 24 + 17]);
    }

    @Test
    void aStrokeLeavesNoGap() {
        mask.stroke(1, 8, 22, 8, 1, 1);
        for (int x = 1; x < 22; x++) {
            assertEquals(1, mask.toMask().weights()[8 * 24 + x], "column " + x);
        }
    }

    @Test
    void strokesBeyondTheEdgePaintWhatLiesInside() {
        mask.stroke(-30, -30, 2, 2, 2, 1);
        assertEquals(1, mask.toMask().weights()[0]);
        mask.stroke(100, 100, 300, 300, 5, 1);
        assertEquals(0, mask.toMask().weights()[15 * 24 + 23]);
    }

    @Test
    void theEraserTakesPaintAway() {
        mask.fill(0, 0, 1, 1);
        mask.stroke(0, 0, 24, 16, 40, 0);
        assertTrue(mask.isEmpty());
    }

    @Test
    void anAreaIsAShareOfThePicture() {
        mask.fill(0.5, 0, 1, 0.5);
        float[] weights = mask.toMask().weights();
        assertEquals(0, weights[11]);
        assertEquals(1, weights[12]);
        assertEquals(1, weights[7 * 24 + 23]);
        assertEquals(0, weights[8 * 24 + 23]);
        mask.clear();
        assertTrue(mask.isEmpty());
    }

    @Test
    void knowsTheRectangleAroundIt() {
        assertEquals(new PaintedMask.Bounds(0, 0, 0, 0), mask.bounds());
        mask.fill(0.25, 0.5, 0.75, 1);
        assertEquals(new PaintedMask.Bounds(0.25, 0.5, 0.5, 0.5), mask.bounds());
        assertTrue(mask.isRectangle());
        mask.dab(12, 8, 3, 1);
        assertFalse(mask.isRectangle());
    }

    @Test
    void continuesAnEarlierMask() {
        mask.dab(5, 5, 2, 1);
        PaintedMask copy = PaintedMask.of(mask.toMask());
        assertArrayEquals(mask.toMask().weights(), copy.toMask().weights());
        copy.clear();
        assertFalse(mask.isEmpty(), "the earlier one is left alone");
    }
}

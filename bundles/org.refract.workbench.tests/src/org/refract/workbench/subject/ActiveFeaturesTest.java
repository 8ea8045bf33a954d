package org.refract.workbench.subject;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.refract.workbench.subject.ActiveFeatures.Codes;
import org.refract.workbench.subject.ActiveFeatures.Strength;

class ActiveFeaturesTest {
    private final ActiveFeatures active = new ActiveFeatures(1, 2, 2, List.of(
            new Codes(new int[] {7, 3, 3, 9}, new float[] {1, 4, 2, 0}),
            new Codes(new int[] {7, 3, 5, 7}, new float[] {3, 0, 2, 5})));

    @Test
    void ranksByTheMeanOverPositionsAndSteps() {
        assertEquals(List.of(new Strength(7, 9 / 4.0), new Strength(3, 6 / 4.0), new Strength(5, 2 / 4.0)), active.strongest(ActiveFeatures.EVERY_STEP));
    }

    @Test
    void ranksOneStepAlone() {
        assertEquals(List.of(new Strength(3, 3), new Strength(7, 0.5)), active.strongest(0));
    }

    @Test
    void anUnusedSlotIsNoFeature() {
        assertEquals(0, active.strongest(0).stream().filter(s -> s.latent() == 9).count());
    }

    @Test
    void mapsOneFeature() {
        assertArrayEquals(new float[] {4, 2}, active.map(3, 0).values());
        assertArrayEquals(new float[] {2, 2.5f}, active.map(7, ActiveFeatures.EVERY_STEP).values());
        assertArrayEquals(new float[] {0, 0}, active.map(1, 1).values());
    }
}

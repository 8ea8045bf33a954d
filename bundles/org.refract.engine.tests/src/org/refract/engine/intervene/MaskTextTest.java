package org.refract.engine.intervene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;
import org.refract.api.analysis.Intervention.Mask;

class MaskTextTest {

    @Test
    void aPaintedAreaComesBackExactly() throws RefractException {
        Random random = new Random(1);
        float[] weights = new float[48 * 80];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextInt(2);
        }
        Mask back = MaskText.read(MaskText.of(new Mask(48, 80, weights)));
        assertEquals(48, back.rows());
        assertEquals(80, back.columns());
        assertArrayEquals(weights, back.weights());
    }

    @Test
    void softWeightsComeBackToHalfAStep() throws RefractException {
        float[] weights = {0, 0.1f, 0.5f, 0.93f, 1, 0.333f};
        assertArrayEquals(weights, MaskText.read(MaskText.of(new Mask(2, 3, weights))).weights(), 0.51f / 255);
    }

    @Test
    void aDiscOnALargePictureIsAShortWord() {
        float[] weights = new float[512 * 512];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.hypot(i % 512 - 256, i / 512 - 200) < 90 ? 1 : 0;
        }
        assertTrue(MaskText.of(new Mask(512, 512, weights)).length() < 2000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mask:", "mask:2x2:", "mask:2x2:AAAA", "mask:0x2:eNpjYGBgAAAABAAB", "mask:99999x99999:eNpjYGBgAAAABAAB",
        "mask:2x3:eNpjYGBgAAAABAAB", "mask:1x1:eNpjYGBgAAAABAAB", "mask:2x2:eNpjYGBgAAAAB", "mask:2x2:e!"})
    void aDamagedWordIsRefusedInASentence(String text) {
        String said = assertThrows(RefractException.class, () -> MaskText.read(text)).getMessage();
        assertTrue(said.startsWith("The painted area is damaged"), said);
    }
}

package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;
import org.refract.api.model.Placement;

class LatentColoursTest {

    private static final LatentColours COLOURS = new LatentColours(new double[][] {{0.3, -0.2, 0.1}, {0, 0.25, -0.5}}, new double[] {0.1, 0, -0.1});

    @Test
    void theFitFindsTheMapThatMadeThePictures() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] z = new TorchRandom(1).randn(2 * 2 * 5 * 4);
            float[] pictures = new float[2 * 3 * 10 * 8];
            for (int i = 0; i < pictures.length; i++) {
                int x = i % 8 / 2;
                int y = i / 8 % 10 / 2;
                int colour = i / 80 % 3;
                int row = i / 240;
                double value = COLOURS.bias()[colour];
                for (int c = 0; c < 2; c++) {
                    value += COLOURS.weights()[c][colour] * z[((row * 2 + c) * 5 + y) * 4 + x];
                }
                pictures[i] = (float) (value / 2 + 0.5);
            }
            LatentColours fitted = LatentColours.fitted(Tensors.of(scope.manager(), z, 2, 2, 5, 4), Tensors.of(scope.manager(), pictures, 2, 3, 10, 8));
            assertArrayEquals(COLOURS.bias(), fitted.bias(), 1e-4);
            assertArrayEquals(COLOURS.weights()[0], fitted.weights()[0], 1e-4);
            assertArrayEquals(COLOURS.weights()[1], fitted.weights()[1], 1e-4);
        }
    }

    @Test
    void eachPositionIsAPixelAndPicturesStandBesideEachOther() {
        try (Scope scope = Scope.open(Placement.CPU)) {
            float[] z = new float[2 * 2 * 2 * 3];
            z[0] = 1;
            z[12 + 5] = 100;
            NDArray latents = Tensors.of(scope.manager(), z, 2, 2, 2, 3);
            BufferedImage picture = COLOURS.picture(latents);
            assertEquals(6, picture.getWidth());
            assertEquals(2, picture.getHeight());
            assertEquals(colour(0.1, 0, -0.1), picture.getRGB(1, 0));
            assertEquals(colour(0.4, -0.2, 0), picture.getRGB(0, 0));
            assertEquals(colour(1, -1, 1), picture.getRGB(5, 1));
        }
    }

    private static int colour(double red, double green, double blue) {
        return 0xff << 24 | level(red) << 16 | level(green) << 8 | level(blue);
    }

    private static int level(double value) {
        return (int) Math.rint(value * 127.5 + 127.5);
    }
}

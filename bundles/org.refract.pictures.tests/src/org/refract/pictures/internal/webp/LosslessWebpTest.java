package org.refract.pictures.internal.webp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the encoder writes, read by a decoder that was written from the specification for these tests alone. */
class LosslessWebpTest {

    private static BufferedImage image(int width, int height, IntBinaryOperator colour) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, colour.applyAsInt(i % width, i / width));
        }
        return image;
    }

    static Stream<BufferedImage> pictures() {
        Random random = new Random(5);
        return Stream.of(
                image(1, 1, (x, y) -> 0x010203),
                image(1, 50, (x, y) -> random.nextInt(2) * 0xFFFFFF),
                image(70, 131, (x, y) -> random.nextInt(1 << 24)),
                image(333, 17, (x, y) -> 0xC8C8C8),
                image(500, 300, (x, y) -> x / 3 << 16 | y / 2 << 8 | (x + y) / 4),
                image(256, 256, (x, y) -> (x / 7 % 2 * 255) << 16 | (x / 5 % 2 * 200) << 8 | y / 9 % 2 * 90),
                image(90, 90, (x, y) -> (int) (128 + 100 * Math.sin(x * y / 300.0)) * 0x010101 ^ random.nextInt(4)));
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void everyPixelComesBack(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] pixels = picture.getRGB(0, 0, width, height, null, 0, width);
        assertArrayEquals(pixels, new WebpDecoder(LosslessWebp.encode(picture)).pixels());
    }

    @Test
    void evenAreasTakeHardlyAnySpace() {
        assertTrue(LosslessWebp.encode(image(1000, 1000, (x, y) -> 0x336699)).length < 1000);
    }
}

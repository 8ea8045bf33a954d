package org.refract.engine.tensor;

import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Images between tensors and the screen. */
public final class Pictures {
    private Pictures() {
    }

    /**
     * Pictures of 8 bits per channel, rounded to nearest as diffusers does.
     *
     * @param images {@code (batch, 3, height, width)} in [0, 1], RGB
     */
    public static List<BufferedImage> of(NDArray images) {
        int batch = (int) images.getShape().get(0);
        int height = (int) images.getShape().get(2);
        int width = (int) images.getShape().get(3);
        float[] values = Tensors.floats(images);
        int plane = height * width;
        List<BufferedImage> pictures = new ArrayList<>(batch);
        for (int i = 0; i < batch; i++) {
            BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            int[] pixels = new int[plane];
            int at = i * 3 * plane;
            for (int p = 0; p < plane; p++) {
                pixels[p] = level(values[at + p]) << 16 | level(values[at + plane + p]) << 8 | level(values[at + 2 * plane + p]);
            }
            picture.setRGB(0, 0, width, height, pixels, 0, width);
            pictures.add(picture);
        }
        return pictures;
    }

    private static int level(float value) {
        return (int) Math.rint(Math.clamp(value, 0f, 1f) * 255.0);
    }
}

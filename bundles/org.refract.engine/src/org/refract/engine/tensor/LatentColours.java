package org.refract.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.refract.engine.kernel.KernelLibrary;

/**
 * A linear map from latents to colours, for small pictures of latents without decoding them: colour = weightsᵀ z + bias at each position,
 * in [-1, 1].
 *
 * @param weights for each latent channel red, green and blue
 * @param bias    red, green and blue
 */
public record LatentColours(double[][] weights, double[] bias) {

    private static final KernelLibrary KERNELS = KernelLibrary.of(LatentColours.class, "latents.ts.py");

    public LatentColours {
        weights = Arrays.stream(weights).map(double[]::clone).toArray(double[][]::new);
        bias = bias.clone();
    }

    /**
     * The map that comes nearest to a decoder's answers, by least squares over all positions.
     *
     * @param latents  {@code (batch, channels, h, w)}
     * @param pictures {@code (batch, 3, height, width)} in [0, 1], what a decoder makes of them
     */
    public static LatentColours fitted(NDArray latents, NDArray pictures) {
        try (NDManager step = latents.getManager().newSubManager()) {
            double[] fitted = Tensors.doubles(KERNELS.call(step, "fit", latents, pictures));
            int channels = fitted.length / 3 - 1;
            double[][] weights = new double[channels][];
            for (int c = 0; c < channels; c++) {
                weights[c] = Arrays.copyOfRange(fitted, 3 * c, 3 * c + 3);
            }
            return new LatentColours(weights, Arrays.copyOfRange(fitted, 3 * channels, 3 * channels + 3));
        }
    }

    /**
     * One pixel per position; the pictures of a batch stand beside each other.
     *
     * @param latents {@code (batch, channels, h, w)}
     */
    public BufferedImage picture(NDArray latents) {
        try (NDManager step = latents.getManager().newSubManager()) {
            double[] flat = Arrays.stream(weights).flatMapToDouble(Arrays::stream).toArray();
            byte[] rgb = Tensors.bytes(KERNELS.call(step, "colours", latents, flat, bias));
            int count = (int) latents.getShape().get(0);
            int height = (int) latents.getShape().get(2);
            int width = (int) latents.getShape().get(3);
            BufferedImage picture = new BufferedImage(count * width, height, BufferedImage.TYPE_INT_RGB);
            int[] pixels = new int[height * width];
            for (int i = 0; i < count; i++) {
                for (int p = 0; p < pixels.length; p++) {
                    int at = 3 * (i * pixels.length + p);
                    pixels[p] = (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
                }
                picture.setRGB(i * width, 0, width, height, pixels, 0, width);
            }
            return picture;
        }
    }
}

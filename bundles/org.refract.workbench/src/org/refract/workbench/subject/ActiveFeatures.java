package org.refract.workbench.subject;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.refract.workbench.picture.ActivationMap;

/**
 * Which features of one dictionary were active where, while one picture was drawn: the sparse codes of every position at
 * every denoising step.
 *
 * @param rows    height of the hook point's map
 * @param columns width of the hook point's map
 * @param slots   active latents per position at most
 * @param steps   one entry per denoising step, each {@code rows · columns · slots} long
 */
public record ActiveFeatures(int rows, int columns, int slots, List<Codes> steps) {

    /** All steps together, in the place of a step's index. */
    public static final int EVERY_STEP = -1;

    /**
     * The codes of one step.
     *
     * @param latents which, position by position
     * @param values  how active; 0 is an unused slot
     */
    public record Codes(int[] latents, float[] values) {
    }

    /**
     * How strongly one feature is active in the picture.
     *
     * @param latent which
     * @param mean   over all positions
     */
    public record Strength(int latent, double mean) {
    }

    public ActiveFeatures {
        steps = List.copyOf(steps);
    }

    /**
     * The active features, strongest first; among equals the lower latent first.
     *
     * @param step index of a denoising step, or {@link #EVERY_STEP} for the mean over all
     */
    public List<Strength> strongest(int step) {
        Map<Integer, Double> sums = new HashMap<>();
        List<Codes> chosen = chosen(step);
        for (Codes codes : chosen) {
            for (int i = 0; i < codes.latents.length; i++) {
                if (codes.values[i] > 0) {
                    sums.merge(codes.latents[i], (double) codes.values[i], Double::sum);
                }
            }
        }
        double positions = (double) rows * columns * chosen.size();
        List<Strength> strengths = new ArrayList<>();
        sums.forEach((latent, sum) -> strengths.add(new Strength(latent, sum / positions)));
        strengths.sort(Comparator.comparingDouble(Strength::mean).reversed().thenComparingInt(Strength::latent));
        return strengths;
    }

    /** Where one feature is active at a step, or over all of them on average. */
    public ActivationMap map(int latent, int step) {
        List<Codes> chosen = chosen(step);
        float[] values = new float[rows * columns];
        for (Codes codes : chosen) {
            for (int i = 0; i < codes.latents.length; i++) {
                if (codes.latents[i] == latent) {
                    values[i / slots] += codes.values[i] / chosen.size();
                }
            }
        }
        return new ActivationMap(rows, columns, values);
    }

    private List<Codes> chosen(int step) {
        return step == EVERY_STEP || step >= steps.size() ? steps : List.of(steps.get(step));
    }
}

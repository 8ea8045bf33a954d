package org.refract.engine.intervene;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The features that were active at one hook point in one pass, on the Java heap.
 *
 * @param step     denoising step
 * @param timestep the scheduler's timestep
 * @param examples how many pictures ran together
 * @param rows     height of the map
 * @param columns  width of the map
 * @param slots    slots per position
 * @param indices  latents, {@code examples × positions × slots}
 * @param values   their activations; a slot with 0 is unused
 */
public record StepCodes(int step, double timestep, int examples, int rows, int columns, int slots, int[] indices, float[] values) {

    /** The activation of one feature at every position of one example, row-major. */
    public float[] map(int example, int latent) {
        int positions = rows * columns;
        float[] map = new float[positions];
        int at = example * positions * slots;
        for (int i = 0; i < positions * slots; i++) {
            if (indices[at + i] == latent) {
                map[i / slots] += values[at + i];
            }
        }
        return map;
    }

    /** The features of one example with the largest mean over positions, the largest first. */
    public List<ActiveFeature> strongest(int example, int limit) {
        return strongest(List.of(this), example, limit);
    }

    /** The features of one example with the largest mean over positions and over several passes, the largest first. */
    static List<ActiveFeature> strongest(List<StepCodes> passes, int example, int limit) {
        StepCodes first = passes.getFirst();
        int positions = first.rows * first.columns;
        Map<Integer, float[]> maps = new HashMap<>();
        for (StepCodes pass : passes) {
            int at = example * positions * pass.slots;
            for (int i = 0; i < positions * pass.slots; i++) {
                if (pass.values[at + i] > 0) {
                    maps.computeIfAbsent(pass.indices[at + i], latent -> new float[positions])[i / pass.slots] += pass.values[at + i] / passes.size();
                }
            }
        }
        return maps.entrySet().stream().map(e -> active(e.getKey(), e.getValue(), first))
                .sorted(Comparator.comparingDouble(ActiveFeature::mean).reversed().thenComparingInt(ActiveFeature::latent)).limit(limit).toList();
    }

    private static ActiveFeature active(int latent, float[] map, StepCodes shape) {
        double sum = 0;
        float max = 0;
        for (float value : map) {
            sum += value;
            max = Math.max(max, value);
        }
        return new ActiveFeature(latent, sum / map.length, max, map, shape.rows, shape.columns);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StepCodes that && step == that.step && rows == that.rows && columns == that.columns
                && examples == that.examples && slots == that.slots && Arrays.equals(indices, that.indices) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(indices);
    }
}

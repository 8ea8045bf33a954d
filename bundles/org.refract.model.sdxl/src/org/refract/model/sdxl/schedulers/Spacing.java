package org.refract.model.sdxl.schedulers;

import java.util.Arrays;
import org.refract.api.RefractException;

/** Which training timesteps a run visits (Common Diffusion Noise Schedules and Sample Steps are Flawed, table 2), with NumPy's rounding. */
final class Spacing {

    private Spacing() {
    }

    /** @throws RefractException if there are fewer training timesteps than steps */
    static void check(SchedulerConfig config, int steps) throws RefractException {
        if (steps < 1 || steps > config.numTrainTimesteps()) {
            throw RefractException.usage("%d steps cannot be taken: choose 1 to %d, the number of noise levels that the model was trained on.",
                    steps, config.numTrainTimesteps());
        }
    }

    /** Falling timesteps; between whole ones only where spaced evenly from first to last. */
    static double[] timesteps(SchedulerConfig config, int steps) {
        int train = config.numTrainTimesteps();
        return switch (config.timestepSpacing()) {
            case "linspace" -> reversed(linspace(train - 1, steps));
            case "leading" -> leading(train / steps, steps, config.stepsOffset());
            default -> trailing(train, train, steps);
        };
    }

    /** The timesteps of DPM-Solver, which leaves out the one past the end. */
    static double[] timestepsOfOneMore(SchedulerConfig config, int steps) {
        int train = config.numTrainTimesteps();
        return switch (config.timestepSpacing()) {
            case "linspace" -> Arrays.copyOf(rounded(reversed(linspace(train - 1, steps + 1))), steps);
            case "leading" -> Arrays.copyOf(leading(train / (steps + 1), steps + 1, config.stepsOffset()), steps);
            default -> trailing(train, train, steps);
        };
    }

    static double[] rounded(double[] values) {
        return Arrays.stream(values).map(Math::rint).toArray();
    }

    private static double[] linspace(double end, int n) {
        double[] values = new double[n];
        double step = n == 1 ? 0 : end / (n - 1);
        for (int i = 0; i < n; i++) {
            values[i] = i > 0 && i == n - 1 ? end : i * step;
        }
        return values;
    }

    private static double[] leading(int ratio, int n, int offset) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = (double) (n - 1 - i) * ratio + offset;
        }
        return values;
    }

    /** NumPy's arange down to 0; rounding may give one element more than there are steps. */
    private static double[] trailing(int from, int train, int steps) {
        double ratio = (double) train / steps;
        double[] values = new double[(int) Math.ceil(from / ratio)];
        double difference = from - ratio - from;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.rint(from + i * difference) - 1;
        }
        return values;
    }

    private static double[] reversed(double[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = values[values.length - 1 - i];
        }
        return result;
    }
}

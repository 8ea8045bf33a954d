package org.refract.model.sdxl.schedulers;

import java.util.Arrays;
import java.util.Optional;
import org.refract.api.RefractException;

/**
 * Which training timesteps a run visits (Common Diffusion Noise Schedules and Sample Steps are Flawed, table 2), with NumPy's rounding.
 */
enum Spacing {
    /** Every n-th timestep counted from 0. */
    LEADING("leading"),
    /** Evenly from the last timestep to the first. */
    LINSPACE("linspace"),
    /** Every n-th timestep counted from the last. */
    TRAILING("trailing"),
    /** Refract's name for the steps of SDXL-Turbo's own sampler (sgm: {@code SubstepSampler}): 999, 899, 799, 699 of 1000. */
    SGM_TURBO("sgm_turbo");

    private static final int MOST_SUBSTEPS = 4;
    private static final int SUBSTEPS = 10;

    private final String text;

    Spacing(String text) {
        this.text = text;
    }

    static Optional<Spacing> of(String text) {
        return Arrays.stream(values()).filter(s -> s.text.equals(text)).findFirst();
    }

    /** As {@code scheduler_config.json} spells it. */
    String text() {
        return text;
    }

    /** @throws RefractException if so many steps cannot be taken */
    void check(int train, int steps) throws RefractException {
        if (steps < 1 || steps > train) {
            throw RefractException.usage("%d steps cannot be taken: choose 1 to %d, the number of noise levels that the model was trained on.",
                    steps, train);
        }
        if (this == SGM_TURBO && steps > MOST_SUBSTEPS) {
            throw RefractException.usage("%d steps cannot be taken with the Turbo schedule of sgm: choose 1 to %d.", steps, MOST_SUBSTEPS);
        }
    }

    /** Falling timesteps; between whole ones only where spaced evenly from first to last. */
    double[] timesteps(int train, int steps, int offset) {
        return switch (this) {
            case LINSPACE -> reversed(linspace(train - 1, steps));
            case LEADING -> leading(train / steps, steps, offset);
            case TRAILING -> trailing(train, train, steps);
            case SGM_TURBO -> substeps(train, steps);
        };
    }

    /**
     * The timesteps of DPM-Solver, which leaves out the one past the end.
     *
     * @param last one more than the last timestep that may be visited
     */
    double[] timestepsOfOneMore(int last, int train, int steps, int offset) {
        return switch (this) {
            case LINSPACE -> Arrays.copyOf(rounded(reversed(linspace(last - 1, steps + 1))), steps);
            case LEADING -> Arrays.copyOf(leading(last / (steps + 1), steps + 1, offset), steps);
            case TRAILING -> trailing(last, train, steps);
            case SGM_TURBO -> substeps(train, steps);
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

    private static double[] substeps(int train, int steps) {
        double[] values = new double[steps];
        for (int i = 0; i < steps; i++) {
            values[i] = train - 1 - i * (train / SUBSTEPS);
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

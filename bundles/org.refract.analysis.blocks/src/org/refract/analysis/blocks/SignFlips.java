package org.refract.analysis.blocks;

import java.util.SplittableRandom;

/**
 * The one-sided permutation test for paired differences: how often their mean is as large when each difference gets a random sign
 * (Fisher's randomisation test).
 */
final class SignFlips {
    private static final int DRAWS = 9999;

    private SignFlips() {
    }

    /** @return p in (0, 1], small if the differences are positive beyond chance; 1 for no differences */
    static double p(double[] differences) {
        if (differences.length == 0) {
            return 1;
        }
        double observed = 0;
        for (double difference : differences) {
            observed += difference;
        }
        SplittableRandom random = new SplittableRandom(differences.length);
        int asLarge = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            double sum = 0;
            for (double difference : differences) {
                sum += random.nextBoolean() ? difference : -difference;
            }
            asLarge += sum >= observed - 1e-12 ? 1 : 0;
        }
        return (asLarge + 1.0) / (DRAWS + 1);
    }
}

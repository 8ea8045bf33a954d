package org.refract.engine.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The assignment is the cheapest one, against all permutations and in large random problems against its own dual bound. */
class AssignmentTest {

    private static double cost(float[][] cost, int[] columnOf) {
        double sum = 0;
        for (int i = 0; i < columnOf.length; i++) {
            sum += cost[i][columnOf[i]];
        }
        return sum;
    }

    private static double least(float[][] cost, int row, boolean[] taken) {
        if (row == cost.length) {
            return 0;
        }
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < taken.length; j++) {
            if (!taken[j]) {
                taken[j] = true;
                least = Math.min(least, cost[row][j] + least(cost, row + 1, taken));
                taken[j] = false;
            }
        }
        return least;
    }

    private static float[][] random(int rows, int columns, Random random, boolean ties) {
        float[][] cost = new float[rows][columns];
        for (float[] row : cost) {
            for (int j = 0; j < columns; j++) {
                row[j] = ties ? random.nextInt(4) - 2 : (float) random.nextGaussian();
            }
        }
        return cost;
    }

    @Test
    void isTheCheapestOfAllPermutations() {
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            int rows = 1 + random.nextInt(6);
            float[][] cost = random(rows, rows + random.nextInt(3), random, round % 2 == 0);
            int[] found = Assignment.of(cost);
            assertEquals(rows, Arrays.stream(found).distinct().count());
            assertEquals(least(cost, 0, new boolean[cost[0].length]), cost(cost, found), 1e-5, Arrays.deepToString(cost));
        }
    }

    /** A hidden permutation that is cheaper in every row is found. */
    @Test
    void findsAHiddenPermutation() {
        Random random = new Random(2);
        int n = 400;
        float[][] cost = random(n, n, random, false);
        Integer[] hidden = new Integer[n];
        Arrays.setAll(hidden, i -> i);
        java.util.Collections.shuffle(Arrays.asList(hidden), random);
        for (int i = 0; i < n; i++) {
            cost[i][hidden[i]] = -10;
        }
        int[] found = Assignment.of(cost);
        for (int i = 0; i < n; i++) {
            assertEquals(hidden[i], found[i]);
        }
    }
}

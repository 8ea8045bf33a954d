package org.refract.model.sdxl.schedulers;

/**
 * The weights of a step of UniPC from level s to level t with {@code h = λt - λs} (UniPC, equations 3, 8 and 9).
 *
 * @param s        the level at the beginning
 * @param t        the level at the end
 * @param earlier  λ of the steps before, the latest first
 * @param ofSample whether predictions are of the clean sample, else of the noise
 * @param second   B₂(h) in place of B₁(h)
 */
record UniPcWeights(Level s, Level t, double[] earlier, boolean ofSample, boolean second) {

    /** ρ of the predictor, one per earlier step. */
    double[] predictor() {
        return switch (earlier.length) {
            case 0 -> new double[0];
            case 1 -> new double[] {0.5};
            default -> solution(earlier.length);
        };
    }

    /** ρ of the corrector, one per earlier step and one for the new prediction. */
    double[] corrector() {
        return earlier.length == 0 ? new double[] {0.5} : solution(earlier.length + 1);
    }

    /**
     * The weights of the sample, of the last prediction, of those before it and, for the corrector, of the new one:
     * {@code x' = keep x - scale φ₁ m₀ - scale B(h) Σ ρₖ (mₖ - m₀) / rₖ}.
     */
    double[] ofTerms(double[] rhos) {
        double[] weights = new double[2 + rhos.length];
        double scale = ofSample ? t.alpha() : t.sigma();
        weights[0] = ofSample ? (double) t.sigma() / s.sigma() : (double) t.alpha() / s.alpha();
        weights[1] = -scale * Math.expm1(signed());
        for (int k = 0; k < rhos.length; k++) {
            double r = k < earlier.length ? ratio(k) : 1;
            double weight = -scale * bh() * rhos[k] / r;
            weights[2 + k] = weight;
            weights[1] -= weight;
        }
        return weights;
    }

    /** {@code Σ ρₖ rₖ^(i-1) = bᵢ} for i from 1 to n, by elimination with the largest pivot. */
    private double[] solution(int n) {
        double[][] rows = new double[n][n + 1];
        double hh = signed();
        double phi = Math.expm1(hh) / hh - 1;
        double factorial = 1;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                rows[i][k] = Math.pow(k < earlier.length ? ratio(k) : 1, i);
            }
            rows[i][n] = phi * factorial / bh();
            factorial *= i + 2;
            phi = phi / hh - 1 / factorial;
        }
        for (int column = 0; column < n; column++) {
            eliminate(rows, column);
        }
        double[] solution = new double[n];
        for (int i = 0; i < n; i++) {
            solution[i] = rows[i][n] / rows[i][i];
        }
        return solution;
    }

    private static void eliminate(double[][] rows, int column) {
        int pivot = column;
        for (int i = column + 1; i < rows.length; i++) {
            pivot = Math.abs(rows[i][column]) > Math.abs(rows[pivot][column]) ? i : pivot;
        }
        double[] row = rows[pivot];
        rows[pivot] = rows[column];
        rows[column] = row;
        for (int i = 0; i < rows.length; i++) {
            double by = i == column ? 0 : rows[i][column] / row[column];
            for (int k = 0; k <= rows.length; k++) {
                rows[i][k] -= by * row[k];
            }
        }
    }

    /** The way in λ to an earlier step as a share of this step's. */
    private double ratio(int k) {
        return (earlier[k] - s.lambda()) / ((double) t.lambda() - s.lambda());
    }

    private double signed() {
        double h = (double) t.lambda() - s.lambda();
        return ofSample ? -h : h;
    }

    private double bh() {
        return second ? Math.expm1(signed()) : signed();
    }
}

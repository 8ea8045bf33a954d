package org.refract.model.sdxl.schedulers;

/**
 * A polynomial {@code Σ cₖ xᵏ}.
 *
 * @param coefficients from the lowest power on
 */
record Polynomial(double... coefficients) {

    /** The polynomial of least degree that is 1 at one of several points and 0 at the others (Lagrange). */
    static Polynomial through(double[] points, int one) {
        Polynomial product = new Polynomial(1);
        for (int k = 0; k < points.length; k++) {
            product = k == one ? product : product.times(points[k], points[one] - points[k]);
        }
        return product;
    }

    /** {@code ∫ p(x) dx}. */
    double integral(double from, double to) {
        double integral = 0;
        for (int power = coefficients.length; power > 0; power--) {
            integral += coefficients[power - 1] / power * (Math.pow(to, power) - Math.pow(from, power));
        }
        return integral;
    }

    /** {@code ∫ p(x) eˣ dx = [q(x) eˣ]} with {@code q + q' = p}. */
    double integralTimesExp(double from, double to) {
        double[] q = coefficients.clone();
        for (int k = q.length - 2; k >= 0; k--) {
            q[k] -= (k + 1) * q[k + 1];
        }
        Polynomial whole = new Polynomial(q);
        return whole.at(to) * Math.exp(to) - whole.at(from) * Math.exp(from);
    }

    private double at(double x) {
        double value = 0;
        for (int k = coefficients.length - 1; k >= 0; k--) {
            value = value * x + coefficients[k];
        }
        return value;
    }

    /** This times {@code (x - root) / by}. */
    private Polynomial times(double root, double by) {
        double[] product = new double[coefficients.length + 1];
        for (int p = 0; p < coefficients.length; p++) {
            product[p + 1] += coefficients[p] / by;
            product[p] -= coefficients[p] * root / by;
        }
        return new Polynomial(product);
    }
}

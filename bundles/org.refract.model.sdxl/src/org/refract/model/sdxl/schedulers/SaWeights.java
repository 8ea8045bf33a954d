package org.refract.model.sdxl.schedulers;

/**
 * The weights of a step of SA-Solver from level s to level t with {@code h = λt - λs} (SA-Solver, section 4). With {@code κ = 1 + τ²} the
 * integrals are {@code α' ∫ eʷ ℓⱼ dw} over {@code w = κ (λ - λt)} in terms of the clean sample, and {@code -κ σ̄' ∫ eʷ ℓⱼ dw} over
 * {@code w = λt - λ} in terms of the noise, where ℓ are the polynomials through what the U-Net said.
 *
 * @param s        the level at the beginning
 * @param t        the level at the end
 * @param tau      share of fresh noise
 * @param ofSample whether predictions are of the clean sample, else of the noise
 */
record SaWeights(Level s, Level t, double tau, boolean ofSample) {

    /** The weights of the sample, of fresh noise and of what the U-Net said at levels of these λ, the latest first. */
    double[] ofTerms(double[] lambdas) {
        double square = tau * tau;
        double h = h();
        double[] weights = new double[2 + lambdas.length];
        weights[0] = ofSample ? Math.exp(-square * h) * t.sigma() / s.sigma() : (double) t.alpha() / s.alpha();
        weights[1] = t.sigma() * (ofSample ? Math.sqrt(-Math.expm1(-2 * square * h)) : tau * Math.sqrt(Math.expm1(2 * h)));
        double per = ofSample ? 1 + square : -1;
        double scale = ofSample ? t.alpha() : -(1 + square) * t.sigma();
        double[] points = new double[lambdas.length];
        for (int j = 0; j < points.length; j++) {
            points[j] = per * (lambdas[j] - t.lambda());
        }
        for (int j = 0; j < points.length; j++) {
            Polynomial basis = Polynomial.through(points, j);
            weights[2 + j] = scale * (ofSample ? basis.integralTimesExp(-per * h, 0) : basis.integralTimesExp(0, h));
        }
        if (ofSample && lambdas.length == 2) {
            double more = bent(h, 1 + square) / (lambdas[0] - lambdas[1]);
            weights[2] += more;
            weights[3] -= more;
        }
        return weights;
    }

    /** diffusers: what makes few steps of second order a little better, of the third order in h. */
    private double bent(double h, double kappa) {
        return kappa * t.alpha() * (h * h / 2 - (kappa * h + Math.expm1(-kappa * h)) / (kappa * kappa));
    }

    private double h() {
        return (double) t.lambda() - s.lambda();
    }
}

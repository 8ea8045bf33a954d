package org.refract.model.sdxl.schedulers;

/**
 * The weights of a step of DPM-Solver from level s to level t with {@code h = λt - λs}: {@code x' = keep x + d0 D₀ + d1 D₁ + d2 D₂ + noise n},
 * where D are the derivatives of what the U-Net predicts with respect to λ (DPM-Solver, appendix B; DPM-Solver++, appendix A and
 * section 6).
 *
 * @param keep  of the sample
 * @param d0    of the prediction itself
 * @param d1    of its first derivative, by the midpoint rule
 * @param heun1 of its first derivative, by Heun's rule
 * @param d2    of its second derivative
 * @param noise of fresh noise
 */
record DpmWeights(double keep, double d0, double d1, double heun1, double d2, double noise) {

    static DpmWeights of(DpmOptions.Algorithm algorithm, Level s, Level t) {
        double h = (double) t.lambda() - s.lambda();
        double down = Math.expm1(-h);
        double up = Math.expm1(h);
        double twice = -Math.expm1(-2 * h);
        double a = t.alpha();
        double b = t.sigma();
        return switch (algorithm) {
            case DPM_PLUS -> weights(b / s.sigma(), -a * down, a * (down / h + 1), -a * ((down + h) / (h * h) - 0.5), 0);
            case DPM -> weights((double) t.alpha() / s.alpha(), -b * up, -b * (up / h - 1), -b * ((up - h) / (h * h) - 0.5), 0);
            case SDE_DPM_PLUS -> weights(b / s.sigma() * Math.exp(-h), a * twice, a * (twice / (-2 * h) + 1),
                    a * ((twice - 2 * h) / (4 * h * h) - 0.5), b * Math.sqrt(twice));
            case SDE_DPM -> weights((double) t.alpha() / s.alpha(), -2 * b * up, -2 * b * (up / h - 1), 0, b * Math.sqrt(Math.expm1(2 * h)));
        };
    }

    private static DpmWeights weights(double keep, double d0, double heun1, double d2, double noise) {
        return new DpmWeights(keep, d0, d0 / 2, heun1, d2, noise);
    }
}

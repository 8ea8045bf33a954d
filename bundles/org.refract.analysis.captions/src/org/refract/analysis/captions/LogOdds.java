package org.refract.analysis.captions;

/**
 * How strongly a phrase sets some prompts apart from the rest: the z-score of its log-odds ratio under an informative Dirichlet prior
 * (Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16, 2008, equations 15, 20 and 22). With y of n examples and r of m
 * other prompts containing the phrase, and a prior of {@value #PRIOR} prompts in which it is as common as in the whole collection,
 * {@code a = PRIOR · (y + r) / (n + m)}:
 *
 * <pre>
 * δ = log((y + a) / (n + PRIOR − y − a)) − log((r + a) / (m + PRIOR − r − a))
 * z = δ / √(1 / (y + a) + 1 / (r + a))
 * </pre>
 */
final class LogOdds {
    /** Weight of the prior, in prompts. */
    static final double PRIOR = 10;

    private LogOdds() {
    }

    static double z(double y, double n, double r, double m) {
        double a = PRIOR * (y + r) / (n + m);
        double inside = odds(y + a, n + PRIOR);
        double outside = odds(r + a, m + PRIOR);
        return (Math.log(inside) - Math.log(outside)) / Math.sqrt(1 / (y + a) + 1 / (r + a));
    }

    private static double odds(double with, double all) {
        return with / Math.max(all - with, 1e-9);
    }
}

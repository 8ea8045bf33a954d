package org.refract.model.sdxl.schedulers;

import org.refract.api.RefractException;
import org.refract.nn.ConfigFile;

/**
 * Which of the DPM-Solvers.
 *
 * @param order           1, 2 or 3
 * @param algorithm       which equation is solved
 * @param heun            Heun's rule in place of the midpoint rule
 * @param lowerOrderFinal whether the last of few steps are of lower order
 * @param eulerAtFinal    whether the last step is always of first order
 */
record DpmOptions(int order, Algorithm algorithm, boolean heun, boolean lowerOrderFinal, boolean eulerAtFinal) {

    /** The equation that is solved. */
    enum Algorithm {
        /** The ODE in terms of the noise (DPM-Solver). */
        DPM(false, false),
        /** The ODE in terms of the clean sample (DPM-Solver++). */
        DPM_PLUS(true, false),
        /** The SDE in terms of the noise. */
        SDE_DPM(false, true),
        /** The SDE in terms of the clean sample (DPM-Solver++, section 6). */
        SDE_DPM_PLUS(true, true);

        private final boolean ofSample;
        private final boolean stochastic;

        Algorithm(boolean ofSample, boolean stochastic) {
            this.ofSample = ofSample;
            this.stochastic = stochastic;
        }

        boolean ofSample() {
            return ofSample;
        }

        boolean isStochastic() {
            return stochastic;
        }

        private static Algorithm of(String text) {
            return switch (text) {
                case "dpmsolver" -> DPM;
                case "sde-dpmsolver" -> SDE_DPM;
                case "sde-dpmsolver++" -> SDE_DPM_PLUS;
                default -> DPM_PLUS;
            };
        }
    }

    /**
     * @param lowerOrderFinal where the file says nothing
     * @throws RefractException if the file asks for what does not exist
     */
    static DpmOptions read(ConfigFile file, Discretization levels, boolean lowerOrderFinal) throws RefractException {
        Algorithm algorithm = Algorithm.of(Options.oneOf(file, "algorithm_type", "dpmsolver++", "dpmsolver++", "sde-dpmsolver++", "dpmsolver",
                "sde-dpmsolver", "deis"));
        String type = Options.oneOf(file, "solver_type", "midpoint", "midpoint", "heun", "logrho", "bh1", "bh2");
        if (!algorithm.ofSample && levels.finalSigmaZero()) {
            throw file.wrong("final_sigmas_type", "sigma_min, because the algorithm cannot end without noise,");
        }
        int order = Options.between(file, "solver_order", 2, 1, algorithm == Algorithm.SDE_DPM ? 2 : 3);
        return new DpmOptions(order, algorithm, type.equals("heun"), file.flag("lower_order_final", lowerOrderFinal),
                file.flag("euler_at_final", false));
    }
}

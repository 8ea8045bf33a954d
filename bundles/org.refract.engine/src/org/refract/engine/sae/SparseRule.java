package org.refract.engine.sae;

import java.util.Locale;
import org.refract.api.RefractException;

/**
 * What an autoencoder that keeps a fixed number of latents computes and minimises; see {@code step.ts.py}.
 *
 * @param selection which latents are active
 * @param k         how many: of a sample, or on average of a sample of the batch
 * @param firstK    how many at the first step; the number changes evenly
 * @param annealing steps within which it does
 * @param centred   whether the decoder's bias is subtracted from the input
 * @param rescaled  whether latents are in units of the decoder rows' norms
 * @param products  in which numbers products are computed
 * @param widths    latents of the nested reconstructions, ascending; the last is all
 * @param weights   of their squared errors
 * @param scale     of the squared error's mean over samples and dimensions; 0: the error is the mean over samples of the sum over dimensions;
 *                  {@link #UNEXPLAINED}: it is the share of the batch's variance that is not explained
 * @param revival   what is done about dead latents
 * @param least     a latent is active with more than this magnitude
 * @param threshold how the inference threshold follows
 * @param points    the hook points of a crosscoder
 */
public record SparseRule(Selection selection, double k, double firstK, long annealing, boolean centred, boolean rescaled, Products products, long[] widths,
        double[] weights, double scale, Revival revival, double least, Threshold threshold, Points points) {

    /** As a scale: the squared errors' sum over that of the targets' deviations from their mean, both of the batch. */
    public static final double UNEXPLAINED = -1;

    /** Which latents are active. */
    public enum Selection {
        /** The k largest of a sample, if positive. */
        TOPK,
        /** The k largest in magnitude of a sample, with their signs. */
        ABSTOPK,
        /** The largest, if positive, of each of k groups of neighbouring latents. */
        GROUPMAX,
        /** The k·B largest, if positive, of a batch of B samples. */
        BATCHTOPK;

        /** How settings and kernels call it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whose auxiliary loss it is. */
    public enum Rule {
        /** There is none. */
        NONE,
        /** Dead before this step; raw pre-activations; with b_dec; weighted by how many are dead. */
        SAELENS,
        /** Dead with this step; after relu; without b_dec; over the residual's variance. */
        DICTIONARY_LEARNING,
        /** Dead with this step, counted in steps; after relu; with b_dec; over the residual's variance. */
        OPENAI,
        /**
         * Dead before this step; after relu; with b_dec; weighted by how many are dead; over the target's variance, which the error is over too. The
         * dead ones' encoder rows do not learn by it.
         */
        SPARSIFY;

        /** How settings and kernels call it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The auxiliary loss.
     *
     * @param rule        whose
     * @param most        dead latents that take part per sample
     * @param coefficient its weight
     * @param dead        a latent is dead if it was inactive for this many samples, by {@link Rule#OPENAI} steps
     */
    public record Revival(Rule rule, long most, double coefficient, long dead) {

        /** The least count that makes a latent dead. */
        long from() {
            return rule == Rule.DICTIONARY_LEARNING ? dead : dead + 1;
        }
    }

    /**
     * The threshold that stands for the selection after training: a moving average of the smallest activation.
     *
     * @param follows whether there is one
     * @param perRow  of each sample, and their mean; or of the batch
     * @param beta    what stays of it in a step
     * @param after   the step after which it follows
     */
    public record Threshold(boolean follows, boolean perRow, double beta, long after) {

        /** No threshold. */
        public static final Threshold NONE = new Threshold(false, false, 0, 0);
    }

    /**
     * Hook points of equal width that lie one after another in every sample. A decoder row's norm is the sum of the norms of its points' parts.
     *
     * @param number  how many
     * @param lengths whether the error is the mean over samples and points of its norm, not squared
     */
    public record Points(int number, boolean lengths) {

        /** An autoencoder of one hook point. */
        public static final Points ONE = new Points(1, false);
    }

    /** How many latents are active in a step of so many samples: of each sample, or with BATCHTOPK of all. */
    long count(long step, long samples) {
        double now = annealing == 0 || step >= annealing ? k : firstK + (k - firstK) * step / annealing;
        return selection == Selection.BATCHTOPK ? Math.max(1, (long) (now * samples)) : Math.max(1, Math.round(now));
    }

    /** The most that are active of a sample in any step. */
    double most() {
        return annealing == 0 ? k : Math.max(k, firstK);
    }

    /** Refuses numbers that fit no autoencoder of this size. */
    SparseRule checked(long latents) throws RefractException {
        if (!(k > 0 && k <= latents) || annealing > 0 && !(firstK > 0 && firstK <= latents)) {
            throw RefractException.usage("%s latents of %d cannot be active: k and k_start are above 0 and at most the number of latents.",
                    k > 0 && k <= latents ? firstK : k, latents);
        }
        if (selection == Selection.GROUPMAX && (annealing > 0 || latents % (long) k != 0)) {
            throw RefractException.usage("groupmax wants %d latents in %d groups of equal size, and the same number of groups in every step.", latents, (long) k);
        }
        if (points.lengths && (widths.length > 1 || scale != 0)) {
            throw RefractException.usage("An error of norms is a mean over samples, of one reconstruction.");
        }
        return this;
    }
}

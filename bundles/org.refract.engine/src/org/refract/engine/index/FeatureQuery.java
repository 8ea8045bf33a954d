package org.refract.engine.index;

/**
 * Which features are wanted, and in which order. Immutable; {@code with...} methods give changed copies.
 *
 * @param text       words that the label, its terms or the prompts of the examples must all contain; empty for no search
 * @param sort       the order
 * @param descending whether the largest comes first
 * @param aliveOnly  whether features that were never active are left out
 * @param offset     rows to skip
 * @param limit      rows wanted, at least 1
 */
public record FeatureQuery(String text, Sort sort, boolean descending, boolean aliveOnly, int offset, int limit) {

    /** What features are ordered by. Ties are in order of the latent. */
    public enum Sort {
        /** Index in the dictionary. */
        LATENT("latent"),
        /** Share of positions. */
        DENSITY("density"),
        /** Mean positive activation. */
        MEAN("mean"),
        /** Largest activation. */
        MAX("max"),
        /** Standard deviation of positive activations. */
        STD("std"),
        /** Share of all activation that is this feature's, {@code density × mean}. */
        ENERGY("density * mean"),
        /** How well the label separates. */
        LABEL_SCORE("label_score"),
        /** How well the text fits: a hit in the label first, then the share of examples whose prompt has the words. */
        RELEVANCE("relevance");

        private final String expression;

        Sort(String expression) {
            this.expression = expression;
        }

        String expression() {
            return expression;
        }
    }

    public FeatureQuery {
        if (offset < 0 || limit < 1) {
            throw new IllegalArgumentException("offset " + offset + " and limit " + limit + " are no page");
        }
    }

    /** Every feature in order of the dictionary, the first hundred. */
    public static FeatureQuery all() {
        return new FeatureQuery("", Sort.LATENT, false, false, 0, 100);
    }

    /** Features that fit the text, the best first. */
    public static FeatureQuery search(String text) {
        return new FeatureQuery(text, Sort.RELEVANCE, true, true, 0, 100);
    }

    /** Live features by a quantity, the largest first. */
    public static FeatureQuery top(Sort sort) {
        return new FeatureQuery("", sort, true, true, 0, 100);
    }

    public FeatureQuery withText(String words) {
        return new FeatureQuery(words, sort, descending, aliveOnly, offset, limit);
    }

    public FeatureQuery withSort(Sort order, boolean largestFirst) {
        return new FeatureQuery(text, order, largestFirst, aliveOnly, offset, limit);
    }

    public FeatureQuery withAliveOnly(boolean wanted) {
        return new FeatureQuery(text, sort, descending, wanted, offset, limit);
    }

    public FeatureQuery withPage(int newOffset, int newLimit) {
        return new FeatureQuery(text, sort, descending, aliveOnly, newOffset, newLimit);
    }
}

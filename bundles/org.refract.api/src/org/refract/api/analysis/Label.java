package org.refract.api.analysis;

import java.util.List;

/**
 * A feature's name.
 *
 * @param text   a few words
 * @param score  how well the words separate the feature's examples from the rest, higher is better, in the labeler's own unit
 * @param source the labeler's id
 * @param terms  the candidates it chose from, best first
 */
public record Label(String text, double score, String source, List<Term> terms) {

    /** A candidate word or phrase with its score. */
    public record Term(String text, double score) {
    }
}

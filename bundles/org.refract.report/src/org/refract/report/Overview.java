package org.refract.report;

import java.util.List;
import java.util.Map;
import org.refract.engine.index.ActivationBins;

/**
 * Everything the page needs at once; what is large is loaded later.
 *
 * @param title         the model's name
 * @param model         facts about the model, name and value
 * @param record        facts about the run, name and value
 * @param notes         sentences that the run kept
 * @param commands      the command that makes each section
 * @param bins          the bins of activation histograms
 * @param pictures      the recorded pictures
 * @param apart         the picture that opens the report; null if no picture is an example
 * @param blocks        hook points in forward order
 * @param findings      what analyses found
 * @param evaluations   how good dictionaries are
 * @param interventions pictures before and after
 */
record Overview(String title, List<List<String>> model, List<List<String>> record, List<String> notes,
        Map<String, String> commands, Bins bins, Sheets pictures, Apart apart, List<Block> blocks, List<ShownFinding> findings,
        List<ShownEvaluation> evaluations, List<ShownIntervention> interventions) {

    /** Edges are {@code 10^(lowest + i / perDecade)}. */
    record Bins(int count, int perDecade, int lowest) {
        static final Bins ACTIVATIONS = new Bins(ActivationBins.COUNT, ActivationBins.PER_DECADE, ActivationBins.LOWEST_DECADE);
    }
}

package org.refract.engine.job;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far a job is.
 *
 * @param stage what it does now
 * @param done units of the stage that are done
 * @param total units of the stage, 0 when unknown
 * @param remaining how long the rest of the stage will take at the present rate
 * @param metrics the latest value of every live number, in the order of their first report
 * @param notes sentences for the record
 * @param preview the latest picture
 */
public record Progress(
        String stage,
        long done,
        long total,
        Optional<Duration> remaining,
        Map<String, Double> metrics,
        List<String> notes,
        Optional<BufferedImage> preview) {

    /** The part of the stage that is done, 0 to 1; 0 when the total is unknown. */
    public double fraction() {
        return total <= 0 ? 0 : Math.min(1, (double) done / total);
    }
}

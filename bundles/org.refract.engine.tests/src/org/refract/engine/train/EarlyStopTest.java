package org.refract.engine.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EarlyStopTest {

    @ParameterizedTest
    @CsvSource({"explained_variance, true", "recovered, true", "total, false", "dead, false"})
    void onlyWhatShouldGrowIsBetterWhenItGrows(String metric, boolean grows) throws Exception {
        EarlyStop stop = new EarlyStop(metric, 10, 0.01);
        EarlyStop.Progress first = stop.after(Optional.empty(), 5, Map.of(metric, 0.5));
        EarlyStop.Progress more = stop.after(Optional.of(first), 20, Map.of(metric, 0.6));
        EarlyStop.Progress less = stop.after(Optional.of(first), 20, Map.of(metric, 0.4));
        assertEquals(grows ? 20 : 5, more.bestStep());
        assertEquals(!grows, more.stopped());
        assertEquals(grows ? 5 : 20, less.bestStep());
        assertEquals(grows, less.stopped());
    }

    @Test
    void aSmallGainIsNone() throws Exception {
        EarlyStop stop = new EarlyStop("total", 10, 0.01);
        EarlyStop.Progress first = stop.after(Optional.empty(), 5, Map.of("total", 1.0));
        assertEquals(5, stop.after(Optional.of(first), 14, Map.of("total", 0.995)).bestStep());
        assertEquals(14, stop.after(Optional.of(first), 14, Map.of("total", 0.98)).bestStep());
    }
}

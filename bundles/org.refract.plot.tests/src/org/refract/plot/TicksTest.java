package org.refract.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers beside an axis. */
final class TicksTest {

    @ParameterizedTest
    @CsvSource({"0, 1", "0.03162, 0.03216", "9e-5, 1.1e-4", "0, 3e-9", "-2, 7", "1, 300000", "5e6, 5.1e6", "12.5, 12.6", "1e-30, 1e30"})
    void everyTickHasALabelOfItsOwn(double low, double high) {
        Ticks axis = Ticks.of(low, high);
        List<String> labels = axis.ticks().stream().map(axis::tickLabel).toList();
        assertEquals(labels.size(), labels.stream().distinct().count(), labels.toString());
        assertTrue(labels.size() >= 3, labels.toString());
        assertTrue(labels.stream().allMatch(label -> label.length() <= 10), labels.toString());
    }

    @Test
    void aNumberThatStaysTheSameLiesInTheMiddleOfAnTicksFromZero() {
        Ticks constant = Ticks.of(4, 4);
        assertEquals(List.of(0.0, 8.0, 0.5), List.of(constant.low(), constant.high(), constant.share(4)));
        assertEquals(List.of(0.0, 1.0), List.of(Ticks.of(0, 0).low(), Ticks.of(0, 0).high()));
        assertEquals(List.of(-6.0, 0.0), List.of(Ticks.of(-3, -3).low(), Ticks.of(-3, -3).high()));
    }

    @ParameterizedTest
    @CsvSource({"1e-7, 1", "0.02, 0.03", "1, 1", "1e-12, 1e12"})
    void aLogarithmicRangeHasPowersOfTenThatLieEvenly(double low, double high) {
        Ticks log = Ticks.log(low, high);
        List<String> labels = log.ticks().stream().map(log::tickLabel).toList();
        assertEquals(labels.size(), labels.stream().distinct().count(), labels.toString());
        assertTrue(labels.size() >= 2 && labels.size() <= 8, labels.toString());
        assertTrue(log.low() <= low && log.high() >= high, log.toString());
        assertEquals(log.share(log.ticks().get(1)) - log.share(log.ticks().get(0)), log.share(log.ticks().get(1)), 1e-12);
        assertTrue(!log.shows(0) && !log.shows(-1) && log.shows(low));
    }
}

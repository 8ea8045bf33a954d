package org.refract.cli.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers beside an axis. */
final class AxisTest {

    @ParameterizedTest
    @CsvSource({"0, 1", "0.03162, 0.03216", "9e-5, 1.1e-4", "0, 3e-9", "-2, 7", "1, 300000", "5e6, 5.1e6", "12.5, 12.6", "1e-30, 1e30"})
    void everyTickHasALabelOfItsOwn(double low, double high) {
        Axis axis = Axis.of(low, high);
        List<String> labels = axis.ticks().stream().map(axis::tickLabel).toList();
        assertEquals(labels.size(), labels.stream().distinct().count(), labels.toString());
        assertTrue(labels.size() >= 3, labels.toString());
        assertTrue(labels.stream().allMatch(label -> label.length() <= 10), labels.toString());
    }

    @Test
    void aNumberThatStaysTheSameLiesInTheMiddleOfAnAxisFromZero() {
        Axis constant = Axis.of(4, 4);
        assertEquals(List.of(0.0, 8.0, 0.5), List.of(constant.low(), constant.high(), constant.share(4)));
        assertEquals(List.of(0.0, 1.0), List.of(Axis.of(0, 0).low(), Axis.of(0, 0).high()));
        assertEquals(List.of(-6.0, 0.0), List.of(Axis.of(-3, -3).low(), Axis.of(-3, -3).high()));
    }
}

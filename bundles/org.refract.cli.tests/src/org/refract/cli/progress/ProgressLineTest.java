package org.refract.cli.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    @Test
    void saysStageBarShareRateTimeLeftAndLoss() {
        assertEquals("Training  ━━━━━━━━━━━━━━━╸──────────────   50 %  1,000/2,000  100/s  10 s left  loss 0.182",
                ProgressLine.of("Training", 1000, 2000, Duration.ofSeconds(10), Map.of("loss", 0.182), "", 120));
    }

    @Test
    void isNeverWiderThanTheTerminal() {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            int width = 40 + random.nextInt(120);
            String line = ProgressLine.of("t".repeat(random.nextInt(60)), random.nextInt(5000), random.nextInt(5000),
                    Duration.ofMillis(random.nextInt(100_000)), Map.of("explained_variance", random.nextGaussian()), "whole job 45 %", width);
            assertTrue(line.length() <= width, line);
        }
    }

    @Test
    void anUnknownTotalShowsWhatIsDone() {
        assertEquals("Reading  500  50/s", ProgressLine.of("Reading", 500, 0, Duration.ofSeconds(10), Map.of(), "", 80));
    }

    @Test
    void aSlowStageSaysSecondsForEach() {
        assertEquals("Drawing: 25 %  1/4  8.0 s each  24 s left", ProgressLine.plain("Drawing", 1, 4, Duration.ofSeconds(8), Map.of(), ""));
    }

    @Test
    void numbersHaveThreeDigits() {
        assertEquals("0.182", ProgressLine.number(0.1823));
        assertEquals("1.23", ProgressLine.number(1.234));
        assertEquals("12.3", ProgressLine.number(12.34));
        assertEquals("1.0e-04", ProgressLine.number(1e-4));
        assertEquals("NaN", ProgressLine.number(Double.NaN));
        assertEquals("0", ProgressLine.number(0));
    }

    @Test
    void timesReadAsPeopleSayThem() {
        assertEquals("59 s", ProgressLine.time(59));
        assertEquals("1:05", ProgressLine.time(65));
        assertEquals("1:02:05", ProgressLine.time(3725));
    }
}

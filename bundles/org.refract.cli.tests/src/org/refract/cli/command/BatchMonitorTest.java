package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;

class BatchMonitorTest {

    @Test
    void aStepOfThreePicturesIsThreeOfTheAnnouncedSteps() {
        long[] done = {0};
        Monitor monitor = new BatchMonitor(new ForwardingMonitor(Monitor.silent()) {
            @Override
            public void advance(long units) {
                done[0] += units;
            }
        }, 3);
        monitor.advance(1);
        monitor.advance(2);
        assertEquals(9, done[0]);
    }
}

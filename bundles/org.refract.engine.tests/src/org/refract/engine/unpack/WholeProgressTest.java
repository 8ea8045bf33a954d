package org.refract.engine.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.job.Monitor;

class WholeProgressTest {
    private final Map<String, Double> metrics = new HashMap<>();
    private long nanos;
    private String stage = "";

    @Test
    void tellsTheShareOfTheWholeAndTheTimeLeft() {
        WholeProgress whole = new WholeProgress(heard(), 10, 2, () -> nanos);
        whole.begin(phase(6), List.of(1.0, 3.0), "2/3");
        whole.stage("Preparing", 10);
        assertEquals("2/3 Preparing", stage);
        nanos = 60_000_000_000L;
        whole.advance(10);
        assertEquals((2 + 6 * 0.25) / 10, metrics.get(Unpack.DONE), 1e-9);
        assertEquals((10 - 3.5) / 1.5, metrics.get(Unpack.MINUTES_LEFT), 1e-9);
        whole.stage("Training", 100);
        whole.advance(50);
        assertEquals((2 + 6 * 0.625) / 10, whole.done(), 1e-9);
        whole.end();
        assertEquals(0.8, whole.done(), 1e-9);
        whole.begin(phase(2), List.of(1.0), "3/3");
        whole.stage("One", 4);
        whole.stage("One more than was foreseen", 4);
        whole.advance(9);
        assertEquals(1, whole.done(), 1e-9);
        whole.end();
        assertEquals(1, metrics.get(Unpack.DONE), 1e-9);
        assertEquals(0, metrics.get(Unpack.MINUTES_LEFT), 1e-9);
    }

    @Test
    void tellsTheMeanExplainedVarianceOfAllDictionaries() {
        WholeProgress whole = new WholeProgress(heard(), 1, 0, () -> nanos);
        whole.metric("a/explained_variance", 0.5);
        whole.metric("b/explained_variance", 0.75);
        assertEquals(0.75, metrics.get("b/explained_variance"));
        assertEquals(0.625, metrics.get("explained variance"));
    }

    private static Phase phase(double weight) {
        return new Phase() {
            @Override
            public String id() {
                return "test";
            }

            @Override
            public double weight() {
                return weight;
            }

            @Override
            public List<Double> stages(UnpackSession session) {
                return List.of();
            }

            @Override
            public void run(UnpackSession session, Monitor monitor) {
            }
        };
    }

    private Monitor heard() {
        return new Monitor() {
            @Override
            public void stage(String title, long total) {
                stage = title;
            }

            @Override
            public void advance(long units) {
            }

            @Override
            public void metric(String name, double value) {
                metrics.put(name, value);
            }

            @Override
            public void preview(BufferedImage image) {
            }

            @Override
            public void note(String sentence) {
            }

            @Override
            public void checkpoint() {
            }
        };
    }
}

package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.refract.api.job.Monitor;

/** What is shown of a training while it runs. */
final class MeanMetricsTest {

    private static Map<String, Double> shown(int dictionaries) {
        Map<String, Double> shown = new LinkedHashMap<>();
        MeanMetrics monitor = new MeanMetrics(recording(shown), dictionaries);
        for (int i = 0; i < dictionaries; i++) {
            monitor.metric("unet.mid+k=" + i + "/explained_variance", 0.5 + 0.25 * i);
            monitor.metric("unet.mid+k=" + i + "/l0", 4.0 + 2 * i);
            monitor.metric("unet.mid+k=" + i + "/density_1e-3", 0.125);
            monitor.metric("unet.mid+k=" + i + "/dead", 3);
        }
        return shown;
    }

    private static Monitor recording(Map<String, Double> shown) {
        return (Monitor) java.lang.reflect.Proxy.newProxyInstance(Monitor.class.getClassLoader(), new Class<?>[] {Monitor.class}, (p, method, arguments) -> {
            if (method.getName().equals("metric")) {
                shown.put((String) arguments[0], (Double) arguments[1]);
            }
            return method.getReturnType() == boolean.class ? false : null;
        });
    }

    @Test
    void ofOneDictionaryItsNumbersThatMatter() {
        assertEquals(Map.of("explained variance", 0.5, "L0", 4.0, "dead", 3.0), shown(1));
    }

    @Test
    void ofSeveralTheirMeans() {
        assertEquals(Map.of("mean explained variance", 0.75, "mean L0", 6.0, "mean dead", 3.0), shown(3));
    }
}

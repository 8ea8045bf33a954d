package org.refract.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;
import org.refract.api.sae.Sae;
import org.refract.api.sae.SaeConfig;
import org.refract.api.sae.SaeTrainer;
import org.refract.api.sae.SaeVariant;
import org.refract.cli.command.TrainingGrid.Cell;
import org.refract.cli.command.TrainingGrid.Size;

/** A grid is every combination, named by what varies; its summary says which none beats. */
final class TrainingGridTest {

    /** An architecture with integer settings of given names. */
    private record Named(String id, List<String> settings) implements SaeVariant {
        @Override
        public String description() {
            return "";
        }

        @Override
        public List<Hyperparameter> hyperparameters() {
            return settings.stream().map(n -> new Hyperparameter(n, Hyperparameter.Kind.REAL, "1", "a number", Optional.empty())).toList();
        }

        @Override
        public Sae create(SaeConfig config, NDArray samples, NDArray targets, long seed, Placement placement) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SaeTrainer trainer(Sae sae, NDArray samples, NDArray targets, int batch) {
            throw new UnsupportedOperationException();
        }
    }

    private final SaeVariant topk = new Named("topk", List.of("k", "lr"));
    private final SaeVariant relu = new Named("relu", List.of("l1", "lr"));

    private static Map<String, List<String>> varied(String... axes) throws RefractException {
        Map<String, List<String>> varied = new LinkedHashMap<>();
        for (int i = 0; i < axes.length; i += 2) {
            varied.put(axes[i], TrainingGrid.values("--grid", axes[i + 1]));
        }
        return varied;
    }

    @Test
    void oneCombinationKeepsThePlainName() throws Exception {
        List<Cell> cells = new TrainingGrid(List.of(topk), List.of(new Size(4, true)), Map.of("k", "7"), Map.of()).of("unet.mid", 10, 10);
        assertEquals(List.of("unet.mid"), cells.stream().map(Cell::name).toList());
        assertEquals(40, cells.getFirst().config().latents());
        assertEquals("7", cells.getFirst().config().settings().text("k"));
    }

    @Test
    void foldersAreNamedByWhatVaries() throws Exception {
        List<Cell> cells = new TrainingGrid(List.of(topk, relu), List.of(new Size(8, false), new Size(2, true)), Map.of("lr", "0.5"),
                varied("k", "5, 10", "l1", "0.1")).of("b", 8, 8);
        assertEquals(List.of("b+topk+n=8+k=5", "b+topk+n=16+k=5", "b+topk+n=8+k=10", "b+topk+n=16+k=10", "b+relu+n=8+l1=0.1", "b+relu+n=16+l1=0.1"),
                cells.stream().map(Cell::name).toList());
        assertTrue(cells.stream().allMatch(c -> c.config().settings().text("lr").equals("0.5")));
    }

    @Test
    void whatCannotBeIsSaidInASentence() {
        assertTrue(assertThrows(RefractException.class, () -> new TrainingGrid(List.of(topk, relu), List.of(new Size(8, false)), Map.of("depth", "2"), Map.of())
                .of("b", 8, 8)).getMessage().contains("no setting 'depth'"));
        assertTrue(assertThrows(RefractException.class, () -> TrainingGrid.values("--grid k", "5,,6")).getMessage().contains("empty"));
        assertTrue(assertThrows(RefractException.class, () -> new TrainingGrid(List.of(topk), List.of(new Size(0, true)), Map.of(), Map.of()).of("b", 8, 8))
                .getMessage().contains("at least one latent"));
        String many = String.join(",", java.util.stream.IntStream.range(1, 60).mapToObj(Integer::toString).toList());
        assertTrue(assertThrows(RefractException.class, () -> new TrainingGrid(List.of(topk), List.of(new Size(8, false)), Map.of(), varied("k", many, "lr", many))
                .of("b", 8, 8)).getMessage().contains("more than 1024"));
    }

    @Test
    void theFrontHoldsWhatNoOtherOfItsPlaceBeats() {
        Map<String, Map<String, Double>> metrics = new LinkedHashMap<>();
        metrics.put("a", Map.of("l0", 5.0, "explained_variance", 0.6));
        metrics.put("b", Map.of("l0", 10.0, "explained_variance", 0.7));
        metrics.put("c", Map.of("l0", 10.0, "explained_variance", 0.65));
        metrics.put("d", Map.of("l0", 20.0, "explained_variance", 0.7));
        metrics.put("e", Map.of("l0", 90.0, "explained_variance", 0.1));
        Map<String, String> places = new LinkedHashMap<>(Map.of("a", "p", "b", "p", "c", "p", "d", "p"));
        places.put("e", "q");
        TrainingSummary summary = new TrainingSummary(metrics, places);
        assertEquals(Set.of("a", "b", "e"), summary.front());
        StringWriter text = new StringWriter();
        summary.print(new PrintWriter(text, true));
        assertTrue(text.toString().lines().anyMatch(l -> l.startsWith("a") && l.endsWith("*")), text::toString);
        assertTrue(text.toString().lines().noneMatch(l -> l.startsWith("c") && l.endsWith("*")), text::toString);
    }
}

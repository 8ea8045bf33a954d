package org.refract.engine.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.Settings;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.Placement;
import org.refract.engine.Locations;
import org.refract.engine.file.SafeTensors;
import org.refract.engine.optimise.OptimiserSettings;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** A network is trained, killed and resumed by the trainer that trains dictionaries, and it learns. */
class EmojiClassifierTest {

    private static final String FILE = "classifier.safetensors";
    private static final int STEPS = 300;

    @TempDir
    private Path folder;

    private static EmojiImages images() throws Exception {
        return EmojiImages.learnt(new Locations().demo());
    }

    private static TrainingPlan plan(EmojiImages images, long steps, Map<String, String> given) throws RefractException {
        List<Hyperparameter> known = new ArrayList<>(OptimiserSettings.ADAM_SETTINGS);
        known.addAll(OptimiserSettings.NETWORK_SETTINGS);
        Map<String, String> settings = new LinkedHashMap<>(Map.of("lr", "3e-3", "weight_decay", "0.05", "warmup_steps", "20", "lr_schedule", "cosine", "decay_steps",
                Integer.toString(STEPS), "ema_decay", "0.9"));
        settings.putAll(given);
        TrainingTask task = new TrainingTask("emoji", new EmojiClassifier(Settings.of(known, settings)), images);
        return new TrainingPlan(List.of(task), 64, steps, 1, Placement.CPU, 5, Duration.ofMillis(30), 1, Optional.empty());
    }

    private Map<String, Double> train(String place, TrainingPlan plan, Monitor monitor) throws RefractException {
        return new Trainer(folder.resolve(place), plan, new TensorResults(FILE)).run(monitor).get("emoji");
    }

    private byte[] written(String place, String file) throws Exception {
        return Files.readAllBytes(folder.resolve(place).resolve("emoji").resolve(file));
    }

    /** Ends everything at a step as a kill does: nothing is saved any more. */
    private static final class KilledAfter extends ForwardingMonitor {
        private long left;

        KilledAfter(long steps) {
            super(Monitor.silent());
            left = steps;
        }

        @Override
        public void advance(long units) {
            if (left-- == 0) {
                throw new IllegalStateException("killed");
            }
        }
    }

    @Test
    void aKilledTrainingIsResumedToTheSameBytes() throws Exception {
        EmojiImages images = images();
        TrainingPlan plan = plan(images, 60, Map.of());
        Map<String, Double> metrics = train("whole", plan, Monitor.silent());
        for (int step : new int[] {17, 14, 9}) {
            assertThrows(IllegalStateException.class, () -> train("killed", plan, new KilledAfter(step)));
        }
        assertEquals(metrics, train("killed", plan, Monitor.silent()));
        for (String file : List.of(FILE, "log.jsonl", "state/60.safetensors")) {
            assertArrayEquals(written("whole", file), written("killed", file), file);
        }
        assertTrue(assertThrows(RefractException.class, () -> train("whole", plan(images, 60, Map.of("weight_decay", "0.1")), Monitor.silent())).getMessage()
                .contains("weight_decay was 0.05 and is 0.1"));
    }

    @Test
    void itLearnsTheCategoriesOfGlyphsThatItHasNotSeen() throws Exception {
        EmojiImages images = images();
        Map<String, Double> metrics = train("emoji", plan(images, STEPS, Map.of()), Monitor.silent());
        assertEquals(0, metrics.get("skipped"));
        EmojiImages unseen = images.heldOut();
        int[] places = unseen.places();
        long right = 0;
        try (Scope scope = Scope.open(Placement.CPU); SafeTensors file = SafeTensors.open(folder.resolve("emoji").resolve("emoji").resolve(FILE))) {
            Map<String, NDArray> weights = new LinkedHashMap<>();
            for (String name : file.names()) {
                weights.put(name, file.read(name, scope.manager()));
            }
            NDArray all = Tensors.of(scope.manager(), unseen.pixels(), unseen.categories().length, 3, EmojiImages.SIDE, EmojiImages.SIDE);
            NDArray rows = Tensors.of(scope.manager(), IntStream.of(places).asLongStream().toArray(), places.length);
            NDArray z = EmojiClassifier.forward(scope.manager(), weights, EmojiClassifier.KERNELS.call(scope, "rows", all, rows));
            long[] said = Tensors.longs(EmojiClassifier.KERNELS.call(scope, "most_likely", z));
            for (int i = 0; i < places.length; i++) {
                right += said[i] == unseen.categories()[places[i]] ? 1 : 0;
            }
        }
        double accuracy = (double) right / places.length;
        double glyphs = IntStream.of(places).mapToObj(p -> unseen.glyphs()[p]).distinct().count();
        double[] between = wilson(accuracy, glyphs);
        long most = IntStream.range(0, unseen.names().size()).mapToLong(c -> IntStream.of(places).filter(p -> unseen.categories()[p] == c).count()).max().orElseThrow();
        String found = "%.3f of %d pictures of %.0f unseen glyphs, 95 %% interval by glyphs %.3f to %.3f; always the most frequent category would give %.3f"
                .formatted(accuracy, places.length, glyphs, between[0], between[1], (double) most / places.length);
        System.out.println(found);
        assertTrue(between[0] > 1.3 * most / places.length, found);
    }

    /** Wilson's 95 % interval of a share of n, here of glyphs: two drawings of one are no two independent trials. */
    private static double[] wilson(double share, double n) {
        double z = 1.96;
        double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
        double half = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
        return new double[] {centre - half, centre + half};
    }

    @Test
    void aStepWhoseGradientsAreNotFiniteIsLeftOut() throws Exception {
        EmojiImages images = images();
        TrainingPlan plan = plan(images, 1, Map.of());
        try (Scope scope = Scope.open(Placement.CPU)) {
            var batch = images.sample(1, 8, Placement.CPU, scope.manager(), Monitor.silent());
            try (var learner = plan.tasks().getFirst().learning().begin(plan, batch, Optional.empty())) {
                learner.step(batch.input(), batch.target());
                learner.step(batch.input(), batch.target());
                float[] before = Tensors.floats(learner.weights().get("conv1.weight"));
                learner.step(scope.manager().full(batch.input().getShape(), Float.NaN), batch.target());
                assertArrayEquals(before, Tensors.floats(learner.weights().get("conv1.weight")));
                Map<String, Double> metrics = learner.metrics();
                assertEquals(1, metrics.get("skipped"));
                assertTrue(Double.isFinite(metrics.get("loss")), "the loss of the steps that counted");
            }
        }
    }
}

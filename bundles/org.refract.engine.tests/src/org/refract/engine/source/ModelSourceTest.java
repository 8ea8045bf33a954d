package org.refract.engine.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.job.ForwardingMonitor;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.api.model.ImageRequest;
import org.refract.api.model.Placement;
import org.refract.api.model.Site;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.store.SyntheticModel;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/** A stream straight from a model mixes pictures, forgets nothing and can be found again. */
final class ModelSourceTest {

    private static final int CHUNK = 4;
    private static final int PER_PICTURE = 2 * SyntheticModel.SIDE * SyntheticModel.SIDE;
    private static final int WIDTH = SyntheticModel.WIDTH;

    private static StreamOptions options(int batch, long seed) {
        return new StreamOptions(seed, batch, Placement.CPU, 1);
    }

    private static ModelRecorder recorder(SyntheticModel model, HookPoint... points) throws RefractException {
        return new ModelRecorder(model, ImageRequest.of(2, 0, 8, 8), List.of("a cat", "a dog", "a bird"), 100, 3, CHUNK, List.of(points));
    }

    private static List<String> vectors(NDArray batch) {
        float[] all = Tensors.floats(batch);
        List<String> rows = new ArrayList<>();
        for (int at = 0; at < all.length; at += WIDTH) {
            rows.add(Arrays.toString(Arrays.copyOfRange(all, at, at + WIDTH)));
        }
        return rows;
    }

    @Test
    void everyVectorComesOnceAndPicturesAreMixed() throws Exception {
        try (ModelRecorder recorder = recorder(new SyntheticModel("m"), SyntheticModel.A); Scope scope = Scope.open(Placement.CPU)) {
            ModelSource source = new ModelSource(recorder, List.of(SyntheticModel.A), Optional.empty());
            int chunk = CHUNK * PER_PICTURE;
            List<String> seen = new ArrayList<>();
            try (BatchStream stream = source.open(options(6, 1), StreamPosition.START, Monitor.silent())) {
                for (int i = 0; i < (chunk / 2 + 2 * chunk) / 6; i++) {
                    seen.addAll(vectors(stream.next(scope.manager()).input()));
                }
            }
            Set<String> expected = new HashSet<>();
            for (long seed = 100; seed < 100 + 3 * CHUNK; seed++) {
                for (int step = 0; step < 2; step++) {
                    float[] map = SyntheticModel.value(SyntheticModel.A, seed, step);
                    for (int position = 0; position < 9; position++) {
                        float[] row = new float[WIDTH];
                        for (int c = 0; c < WIDTH; c++) {
                            row[c] = map[c * 9 + position];
                        }
                        expected.add(Arrays.toString(row));
                    }
                }
            }
            assertEquals(seen.size(), new HashSet<>(seen).size());
            assertTrue(expected.containsAll(seen));
            Set<String> first = new HashSet<>(seen.subList(0, chunk / 2));
            Set<String> second = new HashSet<>(seen.subList(chunk / 2, chunk / 2 + chunk));
            assertEquals(expected.size() - chunk / 2, first.size() + second.size() + chunk);
        }
    }

    @Test
    void goingOnGivesTheBatchesThatWouldHaveComeNextToTheBit() throws Exception {
        List<float[]> expected = new ArrayList<>();
        List<StreamPosition> positions = new ArrayList<>();
        try (ModelRecorder recorder = recorder(new SyntheticModel("m"), SyntheticModel.A, SyntheticModel.B); Scope scope = Scope.open(Placement.CPU)) {
            ModelSource source = new ModelSource(recorder, List.of(SyntheticModel.A), Optional.of(SyntheticModel.B));
            try (BatchStream stream = source.open(options(25, 1), StreamPosition.START, Monitor.silent())) {
                for (int i = 0; i < 12; i++) {
                    positions.add(stream.position());
                    Batch batch = stream.next(scope.manager());
                    expected.add(Tensors.floats(batch.input().add(batch.target())));
                }
            }
        }
        for (int i = 0; i < expected.size(); i++) {
            SyntheticModel model = new SyntheticModel("m");
            try (ModelRecorder recorder = recorder(model, SyntheticModel.A, SyntheticModel.B); Scope scope = Scope.open(Placement.CPU)) {
                ModelSource source = new ModelSource(recorder, List.of(SyntheticModel.A), Optional.of(SyntheticModel.B));
                try (BatchStream stream = source.open(options(25, 1), positions.get(i), Monitor.silent())) {
                    Batch batch = stream.next(scope.manager());
                    assertArrayEquals(expected.get(i), Tensors.floats(batch.input().add(batch.target())), "batch " + i);
                    assertTrue(model.drawn() <= 3 * CHUNK, "pictures drawn again: " + model.drawn());
                }
            }
        }
    }

    @Test
    void theFirstVectorsAreThoseOfTheStreamAndSeveralSourcesShareTheRun() throws Exception {
        SyntheticModel model = new SyntheticModel("m");
        try (ModelRecorder recorder = recorder(model, SyntheticModel.A, SyntheticModel.B); Scope scope = Scope.open(Placement.CPU)) {
            ModelSource a = new ModelSource(recorder, List.of(SyntheticModel.A), Optional.empty());
            ModelSource b = new ModelSource(recorder, List.of(SyntheticModel.B), Optional.empty());
            NDArray sample = a.sample(1, 1 << 20, Placement.CPU, scope.manager(), Monitor.silent()).input();
            assertEquals(CHUNK * PER_PICTURE / 2, sample.getShape().get(0));
            try (BatchStream first = a.open(options(10, 1), StreamPosition.START, Monitor.silent());
                    BatchStream second = b.open(options(10, 1), StreamPosition.START, Monitor.silent())) {
                assertArrayEquals(Tensors.floats(sample.get("0:10")), Tensors.floats(first.next(scope.manager()).input()));
                second.next(scope.manager());
                for (int i = 0; i < 9; i++) {
                    first.next(scope.manager());
                    second.next(scope.manager());
                }
                assertEquals(2 * CHUNK, model.drawn());
            }
            assertFalse(a.identity().equals(b.identity()));
        }
    }

    @Test
    void anotherSeedGivesAnotherOrder() throws Exception {
        try (ModelRecorder recorder = recorder(new SyntheticModel("m"), SyntheticModel.A); Scope scope = Scope.open(Placement.CPU)) {
            ModelSource source = new ModelSource(recorder, List.of(SyntheticModel.A), Optional.empty());
            try (BatchStream one = source.open(options(10, 1), StreamPosition.START, Monitor.silent());
                    BatchStream two = source.open(options(10, 2), StreamPosition.START, Monitor.silent())) {
                assertFalse(vectors(one.next(scope.manager()).input()).equals(vectors(two.next(scope.manager()).input())));
            }
        }
    }

    @Test
    void aModelThatBreaksAPointThatIsNotThereAndAWishToStopAreSentences() throws Exception {
        try (ModelRecorder recorder = recorder(new SyntheticModel("m", Optional.of(101)), SyntheticModel.A); Scope scope = Scope.open(Placement.CPU)) {
            ModelSource source = new ModelSource(recorder, List.of(SyntheticModel.A), Optional.empty());
            try (BatchStream stream = source.open(options(6, 1), StreamPosition.START, Monitor.silent())) {
                assertTrue(assertThrows(RefractException.class, () -> stream.next(scope.manager())).getMessage().contains("not finite"));
            }
        }
        assertThrows(RefractException.class, () -> recorder(new SyntheticModel("m"), new HookPoint("net.c", Site.UPDATE)));
        assertThrows(RefractException.class, () -> recorder(new SyntheticModel("m")));
        Monitor stops = new ForwardingMonitor(Monitor.silent()) {
            @Override
            public void checkpoint() {
                throw new CancelledException("The window was closed.");
            }
        };
        try (ModelRecorder recorder = recorder(new SyntheticModel("m"), SyntheticModel.A); Scope scope = Scope.open(Placement.CPU)) {
            ModelSource source = new ModelSource(recorder, List.of(SyntheticModel.A), Optional.empty());
            try (BatchStream stream = source.open(options(6, 1), StreamPosition.START, stops)) {
                assertThrows(CancelledException.class, () -> stream.next(scope.manager()));
            }
        }
    }
}

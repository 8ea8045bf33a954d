package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LanesTest {

    @Test
    void piecesOfWorkGoOnSideBySideWithOneThreadEach() {
        int before = Lanes.threads();
        try (Lanes lanes = new Lanes()) {
            CountDownLatch all = new CountDownLatch(3);
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            List<Integer> results = Lanes.withThreads(1, () -> lanes.map(3, piece -> {
                all.countDown();
                awaitUninterrupted(all);
                threads.add(Thread.currentThread());
                assertEquals(1, Lanes.threads());
                return 10 * piece;
            }));
            assertEquals(List.of(0, 10, 20), results);
            assertEquals(3, threads.size());
            assertTrue(threads.contains(Thread.currentThread()));
        }
        assertEquals(before, Lanes.threads());
    }

    @Test
    void afterAFailureAllPiecesAreDoneAndTheThreadsAreAsBefore() {
        int before = Lanes.threads();
        IllegalStateException failure = new IllegalStateException("piece 1");
        try (Lanes lanes = new Lanes()) {
            for (int broken = 0; broken < 3; broken++) {
                int which = broken;
                Set<Integer> done = ConcurrentHashMap.newKeySet();
                assertSame(failure, assertThrows(IllegalStateException.class, () -> Lanes.withThreads(1, () -> lanes.map(3, piece -> {
                    if (piece == which) {
                        throw failure;
                    }
                    return done.add(piece);
                }))));
                assertEquals(2, done.size());
                assertEquals(before, Lanes.threads());
            }
        }
    }

    @Test
    void lanesAreForLayersThatComputeLittle() {
        assertTrue(Lanes.areFor(16 * 16, 32));
        assertFalse(Lanes.areFor(64 * 64, 320));
        assertFalse(Lanes.areFor(8 * 8, 1280));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

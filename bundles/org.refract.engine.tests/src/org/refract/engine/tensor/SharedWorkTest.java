package org.refract.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.refract.api.RefractException;

class SharedWorkTest {
    private static final int PIECES = 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 50})
    void resultsAreTakenInOrderOnTheThreadThatBegan(int lanes) throws RefractException {
        List<Integer> taken = new ArrayList<>();
        SharedWork.inOrder(lanes, PIECES, piece -> 10 * piece, (piece, result) -> {
            assertEquals(10 * piece, result);
            taken.add(piece);
        });
        assertEquals(IntStream.range(0, PIECES).boxed().toList(), taken);
    }

    @Test
    void eachLaneHasOperationsOfOneThread() throws RefractException {
        int before = Lanes.threads();
        CountDownLatch all = new CountDownLatch(3);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        SharedWork.inOrder(3, 3, piece -> {
            threads.add(Thread.currentThread());
            all.countDown();
            awaitUninterrupted(all);
            return Lanes.threads();
        }, (piece, ofOperations) -> assertEquals(1, ofOperations));
        assertEquals(3, threads.size());
        assertTrue(threads.contains(Thread.currentThread()));
        assertEquals(before, Lanes.threads());
    }

    @Test
    void aLaneThatIsPutOffDelaysItsOwnPieceAlone() throws RefractException {
        CountDownLatch others = new CountDownLatch(3);
        List<Integer> taken = new ArrayList<>();
        SharedWork.inOrder(2, 4, piece -> {
            if (piece == 0) {
                awaitUninterrupted(others);
            } else {
                others.countDown();
            }
            return piece;
        }, (piece, result) -> taken.add(piece));
        assertEquals(List.of(0, 1, 2, 3), taken);
    }

    @Test
    void theFirstFailureInOrderEndsTheWorkAndWhatWasMadeInVainIsClosed() {
        for (int lanes = 1; lanes <= 3; lanes++) {
            AtomicInteger open = new AtomicInteger();
            List<Integer> taken = new ArrayList<>();
            RefractException failure = RefractException.failure("piece 5");
            int side = lanes;
            assertSame(failure, assertThrows(RefractException.class, () -> SharedWork.<AutoCloseable>inOrder(side, PIECES, piece -> {
                if (piece == 5) {
                    throw failure;
                }
                open.incrementAndGet();
                return open::decrementAndGet;
            }, (piece, result) -> {
                taken.add(piece);
                open.decrementAndGet();
            })));
            assertEquals(List.of(0, 1, 2, 3, 4), taken);
            assertEquals(0, open.get());
        }
    }

    @Test
    void aFailureOfTheTakingEndsTheWork() {
        IllegalStateException failure = new IllegalStateException("taking");
        AtomicInteger made = new AtomicInteger();
        assertSame(failure, assertThrows(IllegalStateException.class, () -> SharedWork.inOrder(2, 1000, piece -> made.incrementAndGet(), (piece, result) -> {
            throw failure;
        })));
        assertTrue(made.get() <= 5, made::toString);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

package org.refract.engine.tensor;

import ai.djl.pytorch.jni.JniUtils;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.refract.api.RefractException;

/**
 * Independent pieces of work that several threads take from one queue, each with operations of one thread. Nobody is given a fixed share: a
 * thread that the system puts off, because others want the processor too, delays its own piece and none of the others. Results are taken in
 * the order of the pieces, so that what comes out does not depend on the number of lanes.
 */
public final class SharedWork<T> {

    /** Results that may wait for an earlier one, for each lane. */
    private static final int AHEAD = 2;

    private final int pieces;
    private final int most;
    private final Piece<T> work;
    private final Map<Integer, Done<T>> done = new HashMap<>();
    private final Lock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private int claimed;
    private int taken;
    private int helping;
    private boolean stopped;

    private SharedWork(int lanes, int pieces, Piece<T> work) {
        this.pieces = pieces;
        this.most = AHEAD * lanes;
        this.work = work;
    }

    /**
     * Makes one piece, on any thread.
     *
     * @param <T> what comes of it; what nobody takes after a failure is closed if it can be
     */
    @FunctionalInterface
    public interface Piece<T> {
        /** Makes the piece of this number. */
        T make(int piece) throws RefractException;
    }

    /** Takes what a piece gave, on the thread that began the work. */
    @FunctionalInterface
    public interface Taking<T> {
        /** Takes it. */
        void take(int piece, T result) throws RefractException;
    }

    private record Done<T>(T result, Throwable failure) {
    }

    /**
     * Does all pieces, this thread being one of the lanes, and returns when the last one was taken. The first piece in order that fails ends
     * the work as it would end a loop: those before it were taken, none after it is.
     *
     * @param lanes  how many pieces are made at once; one lane makes and takes them one by one, with as many threads as this one has
     * @param pieces how many there are
     * @throws RefractException what a piece or its taking threw
     */
    public static <T> void inOrder(int lanes, int pieces, Piece<T> work, Taking<T> taking) throws RefractException {
        int side = Math.min(lanes, pieces);
        if (side <= 1) {
            for (int piece = 0; piece < pieces; piece++) {
                taking.take(piece, work.make(piece));
            }
            return;
        }
        SharedWork<T> shared = new SharedWork<>(side, pieces, work);
        Lanes.withThreads(1, () -> {
            shared.run(side, taking);
            return taking;
        });
    }

    private void run(int lanes, Taking<T> taking) throws RefractException {
        try {
            for (int lane = 1; lane < lanes; lane++) {
                helping++;
                Thread.ofPlatform().daemon().name("refract lane " + lane).start(this::help);
            }
            for (int piece = 0; piece < pieces; piece++) {
                taking.take(piece, resultOf(piece));
                locked(() -> ++taken);
            }
        } finally {
            end();
        }
    }

    private void help() {
        try {
            Lanes.withThreads(1, () -> {
                JniUtils.setGradMode(false);
                int piece = claim(true);
                while (piece >= 0) {
                    make(piece);
                    piece = claim(true);
                }
                return piece;
            });
        } finally {
            locked(() -> --helping);
        }
    }

    /** What a piece gave; this thread makes others while it is not there. */
    private T resultOf(int piece) throws RefractException {
        Done<T> there = locked(() -> done.remove(piece));
        while (there == null) {
            int other = claim(false);
            if (other >= 0) {
                make(other);
            }
            there = other >= 0 ? locked(() -> done.remove(piece)) : await(piece);
        }
        return switch (there.failure()) {
            case null -> there.result();
            case RefractException sentence -> throw sentence;
            case RuntimeException wrong -> throw wrong;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        };
    }

    private void make(int piece) {
        Done<T> made;
        try {
            made = new Done<>(work.make(piece), null);
        } catch (Throwable e) {
            made = new Done<>(null, e);
        }
        Done<T> result = made;
        locked(() -> {
            stopped |= result.failure() != null;
            return done.put(piece, result);
        });
    }

    /** The next piece to make, −1 if there is none; a lane that helps waits while too many results wait. */
    private int claim(boolean waiting) {
        return locked(() -> {
            while (waiting && !stopped && claimed < pieces && claimed >= taken + most) {
                news.awaitUninterruptibly();
            }
            return stopped || claimed >= Math.min(pieces, taken + most) ? -1 : claimed++;
        });
    }

    private Done<T> await(int piece) {
        return locked(() -> {
            while (!done.containsKey(piece)) {
                news.awaitUninterruptibly();
            }
            return done.remove(piece);
        });
    }

    private void end() {
        locked(() -> {
            stopped = true;
            news.signalAll();
            while (helping > 0) {
                news.awaitUninterruptibly();
            }
            return done;
        }).values().forEach(SharedWork::close);
    }

    /** Every change is news. */
    private <V> V locked(Supplier<V> change) {
        lock.lock();
        try {
            V value = change.get();
            news.signalAll();
            return value;
        } finally {
            lock.unlock();
        }
    }

    private static void close(Done<?> left) {
        if (left.result() instanceof AutoCloseable resource) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}

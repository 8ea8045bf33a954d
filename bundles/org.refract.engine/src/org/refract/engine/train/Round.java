package org.refract.engine.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.engine.source.Batch;
import org.refract.engine.source.BatchSource;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.SharedWork;

/**
 * Some steps of all autoencoders of a training. Their batches are read first, so that a failed read leaves all of them at one step. Then
 * those of different sources learn side by side, each lane taking a few steps of the ones that are furthest behind; what is learnt does not
 * depend on who is faster.
 */
final class Round implements AutoCloseable {

    /** Steps that a lane does before it looks who is furthest behind: enough to keep weights in its processor's cache, too few to wait for. */
    private static final int TURN = 4;

    private final Scope scope;
    private final List<Group> groups = new ArrayList<>();
    private final Lock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private Optional<Exception> failure = Optional.empty();
    private int steps;

    /** A batch and where the data go on after it. */
    private record Read(Batch batch, StreamPosition after) {
    }

    /** Autoencoders that learn the same batches. */
    private static final class Group {
        private final List<RunningTask> tasks = new ArrayList<>();
        private final List<Read> batches = new ArrayList<>();
        private int done;
        private boolean taken;

        private void learn(int most) {
            for (Read read : batches.subList(done, most)) {
                tasks.forEach(task -> task.step(read.batch(), read.after()));
                read.batch().input().close();
                read.batch().target().close();
            }
        }
    }

    private Round(Scope scope) {
        this.scope = scope;
    }

    /** Reads the batches of so many steps, or as many as there are until the data end or the work is stopped. */
    static Round read(List<RunningTask> tasks, Batches batches, int steps, Scope parent) {
        Round round = new Round(parent.child());
        Map<BatchSource, Group> bySource = new LinkedHashMap<>();
        tasks.forEach(task -> bySource.computeIfAbsent(task.source(), source -> new Group()).tasks.add(task));
        round.groups.addAll(bySource.values());
        try {
            while (round.steps < steps) {
                Map<BatchSource, Batch> next = batches.next(tasks, round.scope);
                bySource.forEach((source, group) -> group.batches.add(new Read(next.get(source), batches.position(source))));
                round.steps++;
            }
        } catch (RefractException | CancelledException e) {
            round.failure = Optional.of(e);
        }
        return round;
    }

    /** How many steps it has. */
    int steps() {
        return steps;
    }

    /** Learns. */
    void learn(int lanes) throws RefractException {
        if (lanes == 1) {
            for (int step = 1; step <= steps; step++) {
                for (Group group : groups) {
                    group.learn(step);
                    group.done = step;
                }
            }
        } else {
            SharedWork.inOrder(lanes, lanes, lane -> {
                takeTurns();
                return lane;
            }, (lane, same) -> {
            });
        }
    }

    private void takeTurns() {
        for (Optional<Group> mine = take(); mine.isPresent(); mine = take()) {
            Group group = mine.get();
            int until = Math.min(steps, group.done + TURN);
            boolean learnt = false;
            try {
                group.learn(until);
                learnt = true;
            } finally {
                give(group, learnt ? until : steps);
            }
        }
    }

    /** The free group that is furthest behind; waits while others have all that is left. */
    private Optional<Group> take() {
        lock.lock();
        try {
            while (true) {
                List<Group> left = groups.stream().filter(group -> group.done < steps).toList();
                Optional<Group> next = left.stream().filter(group -> !group.taken).min(Comparator.comparingInt(group -> group.done));
                if (next.isPresent() || left.isEmpty()) {
                    next.ifPresent(group -> group.taken = true);
                    return next;
                }
                freed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void give(Group group, int done) {
        lock.lock();
        try {
            group.done = done;
            group.taken = false;
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the training where its data ended.
     *
     * @throws RefractException   what reading them threw
     * @throws CancelledException likewise
     */
    void requireAll() throws RefractException {
        if (failure.isPresent()) {
            switch (failure.get()) {
                case RefractException sentence -> throw sentence;
                case CancelledException stopped -> throw stopped;
                case Exception other -> throw new IllegalStateException(other);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}

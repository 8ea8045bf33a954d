package org.refract.engine.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.api.job.Monitor;
import org.refract.api.model.HookPoint;
import org.refract.engine.store.Permutation;
import org.refract.engine.store.StreamPosition;
import org.refract.engine.tensor.DTypes;
import org.refract.engine.tensor.Scope;
import org.refract.engine.tensor.Tensors;

/**
 * The mixing buffer of a {@link ModelSource}. Filling c holds the second half of chunk c − 1 and the first half of chunk c, each chunk in a
 * random order that seed and number choose, and all of it in another one. A position is the filling and the vectors read of it.
 */
final class ModelStream implements BatchStream {

    private final ModelSource source;
    private final StreamOptions options;
    private final Monitor monitor;
    private final Scope scope;
    private Scope filling;
    private Scope waiting;
    private List<NDArray> buffer = List.of();
    private List<NDArray> later = List.of();
    private long number;
    private long read;

    /** Draws nothing before the first vectors are asked for. */
    ModelStream(ModelSource source, StreamOptions options, StreamPosition start, Monitor monitor) {
        this.source = source;
        this.options = options;
        this.monitor = monitor;
        this.scope = Scope.open(source.recorder().model().placement());
        this.filling = scope.child();
        this.waiting = scope.child();
        this.number = start.epoch();
        this.read = start.offset();
    }

    @Override
    public Batch next(NDManager owner) throws RefractException {
        return next(owner, options.batch());
    }

    Batch next(NDManager owner, int vectors) throws RefractException {
        try (Scope step = scope.child()) {
            NDList inputs = new NDList();
            NDList targets = new NDList();
            int missing = vectors;
            while (missing > 0) {
                if (read == filled()) {
                    number++;
                    read = 0;
                    fill();
                }
                int count = (int) Math.min(missing, filled() - read);
                for (int i = 0; i < buffer.size(); i++) {
                    (i == 0 ? inputs : targets).add(StoreStream.KERNELS.call(step, "slice", buffer.get(i), read, count));
                }
                read += count;
                missing -= count;
            }
            NDArray input = joined(owner, step, inputs);
            return targets.isEmpty() ? Batch.of(input) : new Batch(input, joined(owner, step, targets));
        }
    }

    private NDArray joined(NDManager owner, Scope step, NDList parts) {
        return DTypes.copy(owner, DTypes.move(step.manager(), StoreStream.KERNELS.call(step, "above", parts), options.placement()));
    }

    /** Vectors of the present filling. */
    long filled() throws RefractException {
        if (buffer.isEmpty()) {
            fill();
        }
        return buffer.getFirst().getShape().get(0);
    }

    private void fill() throws RefractException {
        if (later.isEmpty() && number > 0) {
            List<NDArray> read = new ArrayList<>();
            split(number - 1, read);
            read.forEach(NDArray::close);
        }
        List<NDArray> before = later;
        Scope old = waiting;
        waiting = scope.child();
        List<NDArray> now = new ArrayList<>();
        split(number, now);
        filling.close();
        filling = scope.child();
        List<NDArray> mixed = new ArrayList<>();
        try (Scope step = scope.child()) {
            for (int i = 0; i < now.size(); i++) {
                NDArray both = before.isEmpty() ? now.get(i) : StoreStream.KERNELS.call(step, "above", new NDList(before.get(i), now.get(i)));
                int[] order = Permutation.of((int) both.getShape().get(0), options.seed(), number, 1);
                mixed.add(StoreStream.KERNELS.call(filling, "chosen", both, rows(step, order, 0, order.length)));
            }
        }
        now.forEach(NDArray::close);
        old.close();
        buffer = mixed;
    }

    /** Shuffles a chunk; its first half, inputs and then targets, goes to {@code now} and the second waits for the next filling. */
    private void split(long chunk, List<NDArray> now) throws RefractException {
        List<NDArray> second = new ArrayList<>();
        try (Scope step = scope.child()) {
            List<NDArray> parts = new ArrayList<>();
            parts.add(beside(step, source.inputs(), chunk));
            if (source.target().isPresent()) {
                parts.add(beside(step, List.of(source.target().get()), chunk));
            }
            int vectors = (int) parts.getFirst().getShape().get(0);
            if (parts.getLast().getShape().get(0) != vectors) {
                throw otherSizes();
            }
            int[] order = Permutation.of(vectors, options.seed(), chunk);
            for (NDArray part : parts) {
                now.add(StoreStream.KERNELS.call(scope, "chosen", part, rows(step, order, 0, vectors / 2)));
                second.add(StoreStream.KERNELS.call(waiting, "chosen", part, rows(step, order, vectors / 2, vectors)));
            }
        }
        later = second;
    }

    private NDArray beside(Scope step, List<HookPoint> points, long chunk) throws RefractException {
        NDList parts = new NDList();
        for (HookPoint point : points) {
            NDArray part = source.recorder().chunk(chunk, point, monitor);
            if (!parts.isEmpty() && parts.getFirst().getShape().get(0) != part.getShape().get(0)) {
                throw otherSizes();
            }
            parts.add(part);
        }
        return StoreStream.KERNELS.call(step, "beside", parts);
    }

    private static RefractException otherSizes() {
        return RefractException.usage("Vectors of different positions cannot be learnt together: choose hook points of one height and width.");
    }

    private static NDArray rows(Scope step, int[] order, int from, int to) {
        return Tensors.of(step.manager(), Arrays.stream(order, from, to).asLongStream().toArray());
    }

    @Override
    public StreamPosition position() {
        return new StreamPosition(number, read);
    }

    @Override
    public void close() {
        scope.close();
    }
}

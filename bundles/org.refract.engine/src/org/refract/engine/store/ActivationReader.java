package org.refract.engine.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.KernelCalls;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.refract.api.RefractException;
import org.refract.api.job.CancelledException;
import org.refract.api.model.Placement;
import org.refract.engine.kernel.KernelLibrary;

/**
 * An endless shuffled stream of batches from a store: the same seed gives the same batches, and a reader opened at a saved {@link
 * #position()} goes on with the batch that would have come next. Another thread copies the vectors of the next batches from the mapped
 * shards, without tensors; {@link #next} is called on the device's thread.
 *
 * <p>Readers of stores with the same recordings and vectors per recording give vectors of the same recordings in every batch.
 */
public final class ActivationReader implements AutoCloseable {

    /** Bytes of a store that are shuffled together unless told otherwise: some hundred recordings of SDXL. */
    public static final long BLOCK_BYTES = 256L << 20;

    private static final KernelLibrary KERNELS = KernelLibrary.of(ActivationReader.class, "store.ts.py");
    private static final int AHEAD = 2;

    private final ActivationStore store;
    private final int batch;
    private final Placement placement;
    private final BlockingQueue<Slot> ready = new ArrayBlockingQueue<>(AHEAD);
    private final BlockingQueue<Slot> free = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;
    private StreamPosition position;
    private volatile boolean closed;

    /** Memory for one batch, the place in the stream after it, and what went wrong instead, if something did. */
    private record Slot(ByteBuffer bytes, StreamPosition after, Optional<RefractException> failure) {
    }

    private ActivationReader(ActivationStore store, ShuffledStream stream, int batch, Placement placement) {
        this.store = store;
        this.batch = batch;
        this.placement = placement;
        this.position = stream.position();
        for (int i = 0; i < AHEAD; i++) {
            free.add(new Slot(ByteBuffer.allocateDirect(batch * bytesPerVector()), position, Optional.empty()));
        }
        this.thread = Thread.ofPlatform().daemon().name("refract reader of " + store.folder().getFileName()).start(() -> fill(stream));
    }

    /**
     * @param batch vectors of a batch
     * @param placement the device that gets the batches
     * @param start where to begin, {@link StreamPosition#START} or a saved position of a reader with the same seed and block size
     * @param blockBytes how much of the store is shuffled together
     */
    public static ActivationReader open(ActivationStore store, long seed, int batch, Placement placement, StreamPosition start, long blockBytes)
            throws RefractException {
        long bytes = (long) batch * store.width() * store.manifest().type().bytes();
        if (batch < 1 || bytes > Integer.MAX_VALUE) {
            throw RefractException.usage("A batch of %d vectors of width %d cannot be: a batch has at least one vector and at most 2 GiB.", batch,
                    store.width());
        }
        if (start.epoch() < 0 || start.offset() < 0 || start.offset() > store.vectors()) {
            throw RefractException.usage("The training stopped at vector %d of an epoch, but %s has %d: some of its shards are missing.",
                    start.offset(), store.folder(), store.vectors());
        }
        return new ActivationReader(store, new ShuffledStream(store, seed, start, blockBytes), batch, placement);
    }

    /**
     * The first vectors of the stream.
     *
     * @return {@code (min(count, vectors of the store), width)} float32
     */
    public static NDArray sample(ActivationStore store, long seed, int count, Placement placement, NDManager owner) throws RefractException {
        try (ActivationReader reader =
                open(store, seed, (int) Math.min(count, store.vectors()), placement, StreamPosition.START, BLOCK_BYTES)) {
            return reader.next(owner);
        }
    }

    /**
     * The next batch.
     *
     * @return {@code (batch, width)} float32 on the reader's device
     * @throws RefractException if a shard cannot be read any more
     */
    public NDArray next(NDManager owner) throws RefractException {
        try {
            Slot slot = ready.take();
            if (slot.failure().isPresent()) {
                ready.add(slot);
                throw slot.failure().get();
            }
            try (NDManager step = owner.newSubManager()) {
                long[] shape = {batch, bytesPerVector()};
                NDArray raw = KernelCalls.view(step, slot.bytes(), shape, DataType.UINT8.ordinal());
                NDArray vectors = KERNELS.call(owner, store.isHalf() ? "from_bfloat16" : "from_float32", raw, placement.device());
                position = slot.after();
                free.add(slot);
                return vectors;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("The work was interrupted.");
        }
    }

    /** The place after the batches that {@link #next} has returned. */
    public StreamPosition position() {
        return position;
    }

    private int bytesPerVector() {
        return store.width() * store.manifest().type().bytes();
    }

    private void fill(ShuffledStream stream) {
        try {
            while (!closed) {
                Slot slot = free.take();
                Optional<RefractException> failure = Optional.empty();
                try {
                    stream.read(MemorySegment.ofBuffer(slot.bytes()), batch);
                } catch (RefractException e) {
                    failure = Optional.of(e);
                } catch (InternalError pageFault) {
                    failure = Optional.of(RefractException.failure(pageFault, "A shard of %s became shorter while it was read: verify the store and"
                            + " harvest the damaged shard again.", store.folder()));
                } catch (Throwable e) {
                    failure = Optional.of(RefractException.failure(e, "%s could not be read on: an unexpected %s.", store.folder(), e));
                }
                ready.put(new Slot(slot.bytes(), stream.position(), failure));
                if (failure.isPresent()) {
                    return;
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

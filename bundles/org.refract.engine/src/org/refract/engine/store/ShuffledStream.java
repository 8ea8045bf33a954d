package org.refract.engine.store;

import java.lang.foreign.MemorySegment;
import org.refract.api.RefractException;

/**
 * The order in which the vectors of a store are read. Every epoch takes the recordings in a new random order, cuts that order into blocks
 * of bounded size, and within a block takes all vectors in a new random order. So each vector comes once an epoch, each batch mixes the
 * recordings of a whole block, and a block's bytes are what has to be near at a time. Depends on the seed, the recordings that are there and
 * the block's size alone.
 */
final class ShuffledStream {

    private final ActivationStore store;
    private final long seed;
    private final int[] recordings;
    private final int perRecording;
    private final int blocks;
    private final int vectorBytes;

    private long epoch;
    private long offset;
    private int[] epochOrder;
    private int block = -1;
    private long blockStart;
    private int[] blockOrder = {};
    private MemorySegment[] blockBytes = {};

    ShuffledStream(ActivationStore store, long seed, StreamPosition start, long blockBytes) {
        this.store = store;
        this.seed = seed;
        this.recordings = store.recordings();
        StoreManifest manifest = store.manifest();
        this.perRecording = manifest.vectorsPerRecording();
        this.vectorBytes = manifest.width() * manifest.type().bytes();
        long most = Math.min(blockBytes / manifest.bytesPerRecording(), (1 << 28) / perRecording);
        this.blocks = Math.ceilDiv(recordings.length, Math.clamp(most, 1, recordings.length));
        if (start.epoch() < 0 || start.offset() < 0 || start.offset() > store.vectors()) {
            throw new IllegalArgumentException("the store has no place " + start);
        }
        this.epoch = start.epoch();
        this.offset = start.offset();
        this.epochOrder = order();
    }

    /** Where the next vector stands. */
    StreamPosition position() {
        return new StreamPosition(epoch, offset);
    }

    /** Copies the next vectors one after another, in the store's element type. */
    void read(MemorySegment target, int vectors) throws RefractException {
        for (int i = 0; i < vectors; i++) {
            if (offset == store.vectors()) {
                epoch++;
                offset = 0;
                epochOrder = order();
                block = -1;
            }
            if (block < 0 || offset == blockStart + blockOrder.length) {
                enter();
            }
            int vector = blockOrder[(int) (offset - blockStart)];
            MemorySegment.copy(blockBytes[vector / perRecording], (long) (vector % perRecording) * vectorBytes, target, (long) i * vectorBytes,
                    vectorBytes);
            offset++;
        }
    }

    private int[] order() {
        return Permutation.of(recordings.length, seed, epoch);
    }

    /** Opens the block that holds {@link #offset} and asks the system to bring its pages. */
    private void enter() throws RefractException {
        int place = (int) (offset / perRecording);
        block = blockOf(place);
        int first = first(block);
        int count = first(block + 1) - first;
        blockStart = (long) first * perRecording;
        blockOrder = Permutation.of(count * perRecording, seed, epoch, block + 1L);
        blockBytes = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            blockBytes[i] = store.bytes(recordings[epochOrder[first + i]]);
            blockBytes[i].load();
        }
    }

    private int first(int index) {
        return (int) ((long) index * recordings.length / blocks);
    }

    private int blockOf(int place) {
        int candidate = (int) ((long) place * blocks / recordings.length);
        while (first(candidate + 1) <= place) {
            candidate++;
        }
        while (first(candidate) > place) {
            candidate--;
        }
        return candidate;
    }
}

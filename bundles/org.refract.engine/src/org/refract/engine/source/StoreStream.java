package org.refract.engine.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.refract.api.RefractException;
import org.refract.engine.kernel.KernelLibrary;
import org.refract.engine.store.ActivationReader;
import org.refract.engine.store.StreamPosition;

/** Stores read side by side: the first {@code inputs} of them are joined, one more gives the targets. */
final class StoreStream implements BatchStream {

    static final KernelLibrary KERNELS = KernelLibrary.of(StoreStream.class, "source.ts.py");

    private final List<ActivationReader> readers;
    private final int inputs;

    StoreStream(List<ActivationReader> readers, int inputs) {
        this.readers = readers;
        this.inputs = inputs;
    }

    @Override
    public Batch next(NDManager owner) throws RefractException {
        if (readers.size() == 1) {
            return Batch.of(readers.getFirst().next(owner));
        }
        try (NDManager step = owner.newSubManager()) {
            NDList parts = new NDList();
            for (ActivationReader reader : readers.subList(0, inputs)) {
                parts.add(reader.next(inputs == 1 ? owner : step));
            }
            NDArray input = inputs == 1 ? parts.getFirst() : KERNELS.call(owner, "beside", parts);
            return readers.size() > inputs ? new Batch(input, readers.getLast().next(owner)) : Batch.of(input);
        }
    }

    @Override
    public StreamPosition position() {
        return readers.getFirst().position();
    }

    @Override
    public void close() {
        readers.forEach(ActivationReader::close);
    }
}

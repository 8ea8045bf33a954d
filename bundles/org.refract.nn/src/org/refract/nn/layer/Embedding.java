package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;
import org.refract.nn.Parameter;

/** A table of vectors: int64 {@code (batch, positions)} to {@code (batch, positions, width)}. */
public final class Embedding extends Module {

    private final Parameter weight;

    public Embedding(String path, int entries, int width) {
        super(path, "Embedding", width, Layout.SEQUENCE, false);
        weight = parameter("weight", entries, width);
    }

    /** The table itself, {@code (entries, width)}. */
    Parameter table() {
        return weight;
    }

    public NDArray forward(Forward run, NDArray ids) {
        return run.at(this, ids, in -> run.call("embedding", in, weight.value()));
    }
}

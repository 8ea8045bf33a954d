package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/** {@code x Eᵀ} with the table E of an embedding, which it shares: {@code (batch, positions, width)} to {@code (batch, positions, entries)}. */
public final class TiedHead extends Module {

    private final Embedding embedding;

    public TiedHead(String path, Embedding embedding) {
        super(path, "Linear", (int) embedding.table().shape()[0], Layout.SEQUENCE, false);
        this.embedding = embedding;
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> run.call("linear", in, embedding.table().value(), null));
    }
}

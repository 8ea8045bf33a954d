package org.refract.nn.layer;

import ai.djl.ndarray.NDArray;
import org.refract.api.model.Layout;
import org.refract.nn.Forward;
import org.refract.nn.Module;

/** Nothing, outside training; a hook point all the same. */
public final class Dropout extends Module {

    public Dropout(String path, int width, Layout layout) {
        super(path, "Dropout", width, layout, true);
    }

    public NDArray forward(Forward run, NDArray x) {
        return run.at(this, x, in -> in);
    }
}

package org.refract.nn.adapter;

import java.util.Optional;
import org.refract.api.RefractException;
import org.refract.nn.Parameter;
import org.refract.nn.weights.WeightFile;

/** What a family's files of adapters call the layers of its models. */
public interface AdapterNames {

    /**
     * A layer's own weights.
     *
     * @param weight its weight
     * @param bias   its bias, if it has one
     */
    record Layer(Parameter weight, Optional<Parameter> bias) {
    }

    /** The family in words: "Stable Diffusion XL". */
    String family();

    /** @throws RefractException saying what a file is that is no adapter */
    void check(WeightFile file) throws RefractException;

    /** Whether a tensor of an adapter's file belongs to no layer and is another's matter. */
    boolean isOther(String tensor);

    /** The layer that a file means. */
    Optional<Layer> find(String name);
}

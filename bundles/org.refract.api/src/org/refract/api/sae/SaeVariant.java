package org.refract.api.sae;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import org.refract.api.Hyperparameter;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;

/** Extension point: a named sparse-autoencoder architecture with its training. */
public interface SaeVariant {

    /** A short lower-case name, {@code topk}. */
    String id();

    /** The formula in one line, and the paper it comes from. */
    String description();

    /** Its settings: architecture ({@code k}) and training ({@code lr}, {@code auxk}) alike. */
    List<Hyperparameter> hyperparameters();

    /**
     * A new SAE, initialised as the paper does.
     *
     * @param samples {@code (samples, width)} float32, a first draw of the data, for a data-dependent bias
     * @param seed    of the random weights; the same seed gives the same SAE
     */
    Sae create(SaeConfig config, NDArray samples, long seed, Placement placement) throws RefractException;

    /**
     * An SAE from its {@link Sae#tensors()}; they are copied.
     *
     * @throws RefractException if a tensor is missing or of the wrong shape, by name
     */
    Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException;

    /**
     * @param samples as in {@link #create}, for losses that are scaled by the data's variance
     * @param batch   samples per step
     */
    SaeTrainer trainer(Sae sae, NDArray samples, int batch) throws RefractException;
}

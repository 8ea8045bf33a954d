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
     * @param inputs  {@code (samples, width)} float32, a first draw of the data, for a data-dependent bias
     * @param targets {@code (samples, outputWidth)} float32, what belongs to them; the same object where the SAE learns its input
     * @param seed    of the random weights; the same seed gives the same SAE
     * @throws RefractException if this variant cannot have these settings, or not learn such targets
     */
    Sae create(SaeConfig config, NDArray inputs, NDArray targets, long seed, Placement placement) throws RefractException;

    /** As {@link #create(SaeConfig, NDArray, NDArray, long, Placement)}, for an autoencoder, which learns its own input. */
    default Sae create(SaeConfig config, NDArray samples, long seed, Placement placement) throws RefractException {
        return create(config, samples, samples, seed, placement);
    }

    /**
     * An SAE from its {@link Sae#tensors()}; they are copied.
     *
     * @throws RefractException if a tensor is missing or of the wrong shape, by name
     */
    Sae restore(SaeConfig config, Map<String, NDArray> tensors, Placement placement) throws RefractException;

    /**
     * @param inputs  as in {@link #create(SaeConfig, NDArray, NDArray, long, Placement)}, for losses that are scaled by the data's variance
     * @param targets as there
     * @param batch   samples per step
     */
    SaeTrainer trainer(Sae sae, NDArray inputs, NDArray targets, int batch) throws RefractException;

    /** As {@link #trainer(Sae, NDArray, NDArray, int)}, for an autoencoder, which learns its own input. */
    default SaeTrainer trainer(Sae sae, NDArray samples, int batch) throws RefractException {
        return trainer(sae, samples, samples, batch);
    }
}
